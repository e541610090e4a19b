import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// In development the API is another process's; a key of the environment stands in for signing in.
const api = process.env.TMTP_ADMIN_SERVER ?? 'http://127.0.0.1:8088'
const key = process.env.TMTP_ADMIN_KEY

export default defineConfig({
  plugins: [svelte()],
  server: {
    proxy: {
      '/api': { target: api, headers: key ? { authorization: `Bearer ${key}` } : {} },
    },
  },
  build: {
    target: 'es2022',
    // One script and one style sheet: the policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    sourcemap: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
})
