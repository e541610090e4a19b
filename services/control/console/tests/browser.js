// A browser of the system, and pages in it that are watched: what they ask others for, and what goes wrong in them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--force-prefers-reduced-motion',
]

export const DESKTOP = { width: 1280, height: 850 }
export const PHONE = { width: 375, height: 740 }

/** Starts a browser; `close` ends it and forgets all. */
export async function launch() {
  const profiles = mkdtempSync(join(tmpdir(), 'tmtp-console-browser-'))
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: FLAGS, headless: true, env: { ...process.env, HOME: profiles } })
  const close = async () => {
    await browser.close()
    rmSync(profiles, { recursive: true, force: true })
  }
  return { browser, close }
}

/** Notes what a page should never do. */
export function watch(page, origin) {
  const seen = { foreign: [], errors: [], dialogs: [] }
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) seen.foreign.push(request.url())
  })
  page.on('pageerror', (error) => seen.errors.push(String(error)))
  page.on('console', (message) => {
    // An answer of 4xx is written there by the browser itself; the app shows it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) seen.errors.push(message.text())
  })
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  return seen
}
