// Takes pictures of every page, to be looked at: `npm run pictures -- FOLDER`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DESKTOP, PHONE, launch } from './browser.js'
import { everyPage } from './everywhere.js'
import { operator, origin } from './server.js'
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
for (const look of LOOKS) {
  for (const { name, path, signedOut, then } of pages) {
    const context = await browser.newContext({ ...look, reducedMotion: 'reduce' })
    if (!signedOut) await context.setExtraHTTPHeaders({ authorization: `Bearer ${operator}` })
    const page = await context.newPage()
    await page.goto(`${origin}/#/${path}`)
    await settled(page)
    await then?.(page)
    await settled(page)
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), fullPage: true })
    await context.close()
  }
}
await close()
