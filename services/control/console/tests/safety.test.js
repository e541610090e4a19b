// What members and others fill in is text and never anything else; nothing leaves the origin.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { ask, asMember, fresh, makeOrg, makeSite, openSite, origin, register } from './server.js'
import { heading, move, stage, takeErrors } from './stage.js'

const { visit } = stage()
const source = new URL('../src/', import.meta.url)

const PAYLOADS = [
  '<img src=x onerror="alert(1)">',
  '"><script>alert(1)</script>',
  "';alert(1)//",
  '<svg/onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  'javascript:alert(1)//%0aalert(1)',
]
/** Turns the direction of what follows; the site refuses it in an alias, not in a device's name. */
const TURNING = '\u202Egpj.evil<b>bold</b>'

/** The page shows the text as it is, and nothing in it has become an element. */
async function showsAsText(page, text) {
  await page.getByText(text, { exact: false }).first().waitFor()
  const made = await page.evaluate(() => document.querySelectorAll('main img[src="x"], main script, main svg:not(.chart), main b, [onerror], [onload]').length)
  assert.equal(made, 0, text)
}

test('whatever members call themselves and their devices is shown as text, on every page that shows it', async () => {
  const site = await openSite()
  const at = `orgs/1/sites/${site.id}`
  const friend = fresh('Frank Friend')
  await register(friend)
  const page = await visit(`${at}/members`)
  for (const payload of [...PAYLOADS, TURNING]) {
    const alias = fresh(payload === TURNING ? 'Turning round' : payload)
    const account = await register(alias, payload)
    const { items } = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(alias)}`)
    await page.getByLabel('Search by alias or uid').fill(alias)
    await showsAsText(page, alias)
    await page.getByRole('link', { name: alias }).click()
    await heading(page, alias)
    await showsAsText(page, payload)
    await page.getByRole('button', { name: /^Revoke/ }).click()
    await showsAsText(page, payload)
    await page.keyboard.press('Escape')
    await move(page, `${at}/devices`)
    await showsAsText(page, payload)
    const group = fresh(payload === TURNING ? 'Turning group' : payload)
    await asMember(account, 'group', 'invite', '--to', friend, group)
    await move(page, `${at}/groups?q=${encodeURIComponent(group)}`)
    await showsAsText(page, group)
    await page.getByRole('link', { name: group }).click()
    await showsAsText(page, alias)
    await move(page, `${at}/members`)
    await ask('DELETE', `/orgs/1/sites/${site.id}/members/${encodeURIComponent(items[0].uid)}`)
  }
  await move(page, 'orgs/1/audit')
  await page.getByText('removed the member').first().waitFor()
  await page.getByRole('button', { name: /^Details/ }).first().click()
  await page.getByRole('dialog').waitFor()
})

test('names of organizations, sites and keys are shown as text, in the log, too', async () => {
  const page = await visit('orgs')
  for (const payload of PAYLOADS) {
    const org = await makeOrg(fresh(payload))
    const site = await makeSite(org, fresh(payload))
    await ask('POST', `/orgs/${org.id}/keys`, { name: payload, role: 'auditor' })
    for (const [path, text] of [
      [`orgs?q=${encodeURIComponent(org.name)}`, org.name],
      [`orgs/${org.id}`, site.name],
      [`orgs/${org.id}/sites/${site.id}`, site.name],
      [`orgs/${org.id}/keys`, payload],
    ]) {
      await move(page, path)
      await showsAsText(page, text)
    }
    await move(page, `orgs/${org.id}/audit`)
    for (const name of await page.getByRole('button', { name: /^Details/ }).all()) {
      await name.click()
      await page.getByRole('dialog').waitFor()
      await page.getByRole('button', { name: 'Close' }).click()
    }
  }
})

test('no source file puts text into the page as markup', () => {
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  assert.ok(files.length > 50)
  for (const { parentPath, path, name } of files) {
    const text = readFileSync(`${parentPath ?? path}/${name}`, 'utf8')
    assert.doesNotMatch(text, /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name)
  }
})

test('the page comes with a policy that lets nothing inline run and nothing leave, and is asked for anew each time', async () => {
  const page = await fetch(`${origin}/`)
  const policy = page.headers.get('content-security-policy')
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) {
    assert.ok(policy.split('; ').includes(part), part)
  }
  for (const [name, value] of [
    ['cache-control', 'no-cache'], ['referrer-policy', 'no-referrer'], ['x-content-type-options', 'nosniff'],
    ['cross-origin-opener-policy', 'same-origin'], ['cross-origin-resource-policy', 'same-origin'],
  ]) assert.equal(page.headers.get(name), value)
  const [asset] = /\/assets\/[^"]+\.js/.exec(await page.text())
  const script = await fetch(origin + asset)
  assert.match(script.headers.get('cache-control'), /immutable/)
  assert.match(script.headers.get('content-type'), /^text\/javascript/)
})

test('what is not there is told as a problem, as JSON', async () => {
  for (const path of ['/api/v1/nothing', '/assets/nothing.js', '/index.php']) {
    const answer = await fetch(origin + path)
    assert.equal(answer.status, 404)
    assert.equal((await answer.json()).type, 'urn:tmtp:problem:no-route')
  }
})

test('the policy holds: a script that somebody brings in does not run', async () => {
  const page = await visit('orgs')
  await heading(page, 'Organizations')
  const said = await page.evaluate(() => {
    const broken = []
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.evil = true">')
    } catch (error) {
      broken.push(error.name)
    }
    const script = document.createElement('script')
    try {
      script.textContent = 'window.evil = true'
      document.body.append(script)
    } catch (error) {
      broken.push(error.name)
    }
    return { broken, evil: window.evil ?? false }
  })
  assert.deepEqual(said, { broken: ['TypeError', 'TypeError'], evil: false })
  assert.match(takeErrors(page).join(), /TrustedHTML.*TrustedScript/)
})
