// Everybody can use it: no violation that axe knows, on any page, in light and dark, wide and narrow; and by keyboard alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { DESKTOP, PHONE } from './browser.js'
import { auditorsKey, everyPage, show } from './everywhere.js'
import { ask, fresh, makeKey, makeOrg, makeSite, origin } from './server.js'
import { heading, stage } from './stage.js'
import { PASSWORD, invitedBy, welcomeBy } from './welcome.js'

const { visit } = stage()
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const LOOKS = [
  { name: 'light', viewport: DESKTOP, colorScheme: 'light' },
  { name: 'dark', viewport: DESKTOP, colorScheme: 'dark' },
  { name: 'dark phone', viewport: PHONE, colorScheme: 'dark' },
]

/** For one more state of a page that was seen in each. */
const BRIEFLY = LOOKS.filter(({ name }) => name !== 'dark')

/** What axe finds in these looks, and whether the page is wider than the screen. */
async function faults(page, name, looks = LOOKS) {
  const found = []
  for (const look of looks) {
    await page.setViewportSize(look.viewport)
    await page.emulateMedia({ colorScheme: look.colorScheme })
    found.push(...(await violations(page)).map((text) => `${name}, ${look.name}: ${text}`))
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (excess > 0) found.push(`${name}, ${look.name}: ${excess} px too wide`)
  }
  await page.setViewportSize(DESKTOP)
  return found
}

async function violations(page) {
  const { violations: found } = await page.evaluate(() => window.axe.run(document))
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test('axe finds nothing on any page in any state and look, and no page is wider than the screen', async () => {
  const found = []
  const inside = await visit('orgs')
  const others = { nobody: await visit('', { key: null }), auditor: await visit('orgs', { key: await auditorsKey() }) }
  await Promise.all([inside, others.nobody, others.auditor].map((page) => page.evaluate(AXE)))
  for (const one of await everyPage()) {
    const page = others[one.as] ?? inside
    await show(page, one).catch((error) => assert.fail(`${one.name}: ${error.message}`))
    found.push(...(await faults(page, one.name, one.answers || one.as === 'auditor' ? BRIEFLY : LOOKS)))
  }
  assert.deepEqual(found, [])
  await inside.evaluate(() => document.querySelector('label').remove())
  assert.match((await violations(inside)).join(), /select-name/, 'axe would find something')
})

test('axe finds nothing on the way in, nor on one’s own account', async () => {
  const invited = await invitedBy(visit)(await makeOrg(), `axe-${process.pid}@acme.example`)
  await invited.page.evaluate(AXE)
  assert.deepEqual(await faults(invited.page, 'welcome'), [])
  const { page } = await welcomeBy(visit)(await makeOrg(), `own-${process.pid}@acme.example`)
  await page.evaluate(AXE)
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await page.getByLabel('Password, to set it up').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.locator('.secret').waitFor()
  assert.deepEqual(await faults(page, 'account'), [])
})

/** Presses Tab until what has the focus is called so. */
async function tabTo(page, name, key = 'Tab') {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    await page.keyboard.press(key)
    const [label, text] = await page.evaluate(() => {
      const at = document.activeElement
      return [at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent ?? '', at?.textContent ?? '']
    })
    if ((label.trim() || text.trim()) === name) return
  }
  assert.fail(`no way to ${name} with ${key}`)
}

test('by keyboard alone a site is made, suspended, and a dialog is left', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/new-site`, { key: await makeKey(org, 'admin') })
  const name = fresh('Keys')
  await heading(page, 'New site')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByLabel('Which host name leads to it?').waitFor()
  await page.keyboard.type(`k${process.pid}.example`)
  await page.keyboard.press('Enter')
  await page.getByText('Who may register?').waitFor()
  await tabTo(page, 'Only people with an invitationYou send each person a link or a code. Right for most organizations.')
  await page.keyboard.press('ArrowDown')
  await tabTo(page, 'Make the site')
  await page.keyboard.press('Enter')
  await page.getByText(`${name} is ready`).waitFor()
  await tabTo(page, 'Go to the site')
  await page.keyboard.press('Enter')
  await heading(page, name)
  await tabTo(page, 'Name and hosts', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await heading(page, 'Name and host names')
  await tabTo(page, 'Suspend site')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Suspend site', 'the focus is back where it was')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Resume site' }).waitFor()
  const { items } = await ask('GET', `/orgs/${org.id}/sites`)
  assert.equal(items[0].suspended, true)
})

test('the first key leads past what is repeated, and a new page begins at its heading', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs?q=${encodeURIComponent(org.name)}`)
  await heading(page, 'Organizations')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
  await page.getByRole('link', { name: org.name }).click()
  await heading(page, org.name)
  assert.equal(await page.evaluate(() => document.activeElement.textContent), org.name)
  assert.equal(await page.title(), `${org.name} – TMTP console`)
})

test('what is wrong is read out with its field, and the first wrong field has the focus', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/settings`)
  await page.getByLabel('Host name 1').fill('no host')
  await page.getByRole('button', { name: 'Save' }).click()
  const field = page.getByRole('textbox', { name: 'Host name 1' })
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true')
  const about = await field.getAttribute('aria-describedby')
  assert.match(await page.locator(`#${about}`).innerText(), /no host name/)
})

test('colours are chosen, and stay chosen', async () => {
  const page = await visit('orgs')
  await page.getByLabel('Colours').selectOption('Dark')
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const dark = await ground()
  await page.goto(`${origin}/?again#/orgs`)
  await heading(page, 'Organizations')
  assert.equal(await ground(), dark)
  await page.getByLabel('Colours').selectOption('Light')
  assert.notEqual(await ground(), dark)
})
