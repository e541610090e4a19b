// Takes pictures of every page, to be looked at: `npm run pictures -- FOLDER`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DESKTOP, PHONE, launch } from './browser.js'
import { auditorsKey, everyPage, show } from './everywhere.js'
import { operator } from './server.js'
import { settled } from './stage.js'

const folder = process.argv[2] ?? 'pictures'
const LOOKS = [
  { name: 'light', viewport: DESKTOP, colorScheme: 'light' },
  { name: 'dark', viewport: DESKTOP, colorScheme: 'dark' },
  { name: 'phone', viewport: PHONE, colorScheme: 'light' },
]

mkdirSync(folder, { recursive: true })
const { browser, close } = await launch()
const pages = await everyPage()
const keys = { auditor: await auditorsKey(), nobody: null }
for (const look of LOOKS) {
  for (const one of pages) {
    const context = await browser.newContext({ ...look, reducedMotion: 'reduce' })
    const key = one.as ? keys[one.as] : operator
    if (key) await context.setExtraHTTPHeaders({ authorization: `Bearer ${key}` })
    const page = await context.newPage()
    await show(page, one)
    if (!one.answers) await settled(page)
    await page.screenshot({ path: join(folder, `${one.name}-${look.name}.png`), fullPage: true })
    await context.close()
  }
}
await close()
