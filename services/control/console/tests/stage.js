// What every journey stands on: a browser, and a page that somebody has opened.
import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { DESKTOP, launch, watch } from './browser.js'
import { operator, origin } from './server.js'

/** Sets a browser up for a file of tests. After each test, its pages must have done nothing that is forbidden. */
export function stage() {
  const open = []
  let started = null
  before(async () => (started = await launch()))
  after(async () => started?.close())
  afterEach(async () => {
    const left = open.splice(0)
    for (const { context } of left) await context.close()
    for (const { seen } of left) assert.deepEqual(seen, { foreign: [], errors: [], dialogs: [] })
  })

  /** A page at a path, as the holder of a key; without one (`null`), as somebody who has to sign in. */
  async function visit(path, { key = operator, viewport = DESKTOP, colorScheme = 'light' } = {}) {
    const context = await started.browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', acceptDownloads: true })
    context.setDefaultTimeout(15_000)
    if (key) await context.setExtraHTTPHeaders({ authorization: `Bearer ${key}` })
    const page = await context.newPage()
    const seen = watch(page, origin)
    open.push({ context, seen })
    noticed.set(page, seen)
    await page.goto(path.startsWith('http') ? path : `${origin}/#/${path}`)
    return page
  }
  return { visit }
}

const noticed = new WeakMap()

/** Takes the errors that a page has had so far, for a test that provokes some. */
export const takeErrors = (page) => noticed.get(page).errors.splice(0)

/** Takes what a page has asked others for so far, for a test that sends it there. */
export const takeForeign = (page) => noticed.get(page).foreign.splice(0)

/** Goes to another page of the console, without loading it anew, and without waiting for anything. */
export const goTo = (page, path) => page.goto(`${origin}/#/${path}`)

/** The same, until it has come. */
export async function move(page, path) {
  await goTo(page, path)
  await settled(page)
}

/** The page has its heading, and waits for nothing any more. */
export const settled = (page) =>
  page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.bones, [aria-busy="true"]'))

/** The field comes to hold this: what is read anew takes a moment to show. */
export async function holds(field, value) {
  const end = Date.now() + 30_000
  for (let now = await field.inputValue(); now !== value; now = await field.inputValue()) {
    assert.ok(Date.now() < end, `it still holds ${now}, not ${value}`)
    await setTimeout(20)
  }
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()
