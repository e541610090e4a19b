// What the operator of the service does first: organizations, their plans, their keys, the log.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, asMember, fresh, makeKey, makeOrg, makeSite, openSite, operator, register } from './server.js'
import { heading, holds, move, stage } from './stage.js'

const { visit } = stage()

test('an operator makes an organization and raises its plan', async () => {
  const name = fresh('Bank')
  const page = await visit('')
  await heading(page, 'Organizations')
  await page.getByRole('button', { name: 'New organization' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Make organization' }).click()
  await heading(page, name)
  await page.getByRole('link', { name: 'Organization', exact: true }).click()
  await heading(page, 'Organization')
  await page.getByLabel('How many sites?').fill('7')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()
  const { items } = await ask('GET', `/orgs?q=${encodeURIComponent(name)}`)
  assert.equal(items[0].limits.sites_max, 7)
})

test('a list is searched, and the search is still there after going back', async () => {
  const [wanted, other] = [await makeOrg(), await makeOrg()]
  const page = await visit('orgs')
  await page.getByLabel('Search by name').fill(wanted.name)
  await page.getByRole('link', { name: other.name, exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: wanted.name, exact: true }).click()
  await heading(page, wanted.name)
  await page.goBack()
  await page.getByRole('link', { name: wanted.name, exact: true }).waitFor()
  assert.equal(await page.getByLabel('Search by name').inputValue(), wanted.name)
})

test('a change that somebody else made meanwhile is not undone', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/settings`)
  await page.getByLabel('Name', { exact: true }).fill(fresh('Mine'))
  const theirs = fresh('Theirs')
  await ask('PATCH', `/orgs/${org.id}`, { name: theirs }, { headers: { 'if-match': '*' } })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').getByText('It was changed meanwhile').waitFor()
  await page.getByRole('button', { name: 'Show what it is now' }).click()
  await holds(page.getByLabel('Name', { exact: true }), theirs)
})

test('an API key is shown once, does what its role allows, and is revoked by typing its name', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/keys`)
  await page.getByRole('button', { name: 'New API key' }).first().click()
  await page.getByLabel('What is it for?').fill('billing')
  await page.getByLabel('Auditor').check()
  await page.getByRole('button', { name: 'Make key' }).click()
  const key = await page.locator('dialog code').innerText()
  assert.equal((await ask('GET', '/me', undefined, { key })).role, 'auditor')
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await page.getByRole('button', { name: 'Revoke billing' }).click()
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await page.getByText('This is not the name above.').waitFor()
  await page.getByLabel('Name to confirm').fill('billing')
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await page.getByRole('cell', { name: 'Revoked' }).waitFor()
  await assert.rejects(ask('GET', '/me', undefined, { key }), /401/)
})

test('a key can be for one site alone', async () => {
  const org = await makeOrg()
  const [site, other] = [await makeSite(org), await makeSite(org)]
  const page = await visit(`orgs/${org.id}/keys`)
  await page.getByRole('button', { name: 'New API key' }).first().click()
  await page.getByLabel('What is it for?').fill('a script')
  await page.getByLabel('Administrator').check()
  await page.getByLabel('What does it reach?').selectOption(`Only the site ${site.name}`)
  await page.getByRole('button', { name: 'Make key' }).click()
  const key = await page.locator('dialog code').innerText()
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await page.getByText(`of the site ${site.id} alone`).waitFor()
  assert.equal((await ask('GET', `/orgs/${org.id}/sites/${site.id}`, undefined, { key })).id, site.id)
  await assert.rejects(ask('GET', `/orgs/${org.id}/sites/${other.id}`, undefined, { key }), /403/)
})

test('a site that the operator suspended, its organization is told whom to ask', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  await ask('POST', `/orgs/${org.id}/sites/${site.id}/suspend`)
  const page = await visit(`orgs/${org.id}/sites/${site.id}`, { key: await makeKey(org, 'owner') })
  await page.getByText('This site is suspended by the provider').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Resume it' }).count(), 0)
  await move(page, `orgs/${org.id}/sites/${site.id}/settings`)
  await page.getByRole('heading', { name: 'Suspended by the provider' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Resume site' }).count(), 0)
  const operators = await visit(`orgs/${org.id}/sites/${site.id}/settings`)
  await operators.getByRole('button', { name: 'Resume site' }).click()
  await operators.getByRole('button', { name: 'Suspend site' }).waitFor()
  // What the organization suspended itself, the operator can keep from being resumed.
  await ask('POST', `/orgs/${org.id}/sites/${site.id}/suspend`, undefined, { key: await makeKey(org, 'owner') })
  await operators.reload()
  await operators.getByRole('button', { name: 'Keep it from being resumed' }).click()
  await operators.getByText('is suspended by the provider').waitFor()
  assert.equal((await ask('GET', `/orgs/${org.id}/sites/${site.id}`)).held, true)
})

test('the audit log shows who changed what, checks its chain, and is exported', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  await ask('POST', `/orgs/${org.id}/sites/${site.id}/suspend`)
  const page = await visit(`orgs/${org.id}/audit`)
  await page.getByRole('button', { name: 'Check the chain' }).click()
  await page.getByText(/The log is whole: \d+ rows/).waitFor()
  await page.getByLabel('What', { exact: true }).selectOption('Sites')
  const row = page.getByRole('row').filter({ hasText: 'suspended the site' })
  await row.getByRole('button').click()
  const change = page.getByRole('dialog').getByRole('row').filter({ hasText: 'suspended' })
  assert.match(await change.innerText(), /false\s+true/)
  await page.getByRole('button', { name: 'Close' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()])
  assert.equal(file.suggestedFilename(), 'audit-log.jsonl')
})

test('usage and health adds up all sites, more than a page of them, and those come first where messages wait', async () => {
  const org = await makeOrg()
  await ask('PATCH', `/orgs/${org.id}`, { limits: { sites_max: 60 } }, { headers: { 'if-match': '*' } })
  const made = []
  for (let number = 0; number < 51; number += 1) made.push(await makeSite(org))
  const busy = await openSite()
  const [sender, away] = [await register(fresh('Sam Sends')), fresh('Wanda Away')]
  await register(away)
  await asMember(sender, 'ping', '--to', away, 'it waits')
  const survey = await ask('GET', '/provider/figures?limit=1')
  const page = await visit('provider/health')
  const tile = page.locator('.tile').filter({ has: page.getByText('Sites', { exact: true }) })
  assert.match(await tile.innerText(), new RegExp(`\\b${survey.sites}\\b`))
  const rows = page.getByRole('table', { name: 'Sites' }).getByRole('row')
  assert.ok((await rows.nth(1).innerText()).includes(busy.name), 'what waits comes first')
  assert.equal(await rows.count(), 1 + 50)
  await page.getByRole('button', { name: 'Show more' }).click()
  await page.getByRole('link', { name: made.at(-1).name, exact: true }).waitFor()
})

test('the server’s words stand beside what failed, and a lost connection can be tried again', async () => {
  const page = await visit('orgs')
  await heading(page, 'Organizations')
  await page.route('**/api/v1/orgs?**', (route) => route.abort())
  await page.getByLabel('Search by name').fill('x')
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor()
  await page.unroute('**/api/v1/orgs?**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor({ state: 'detached' })
})

test('a key that is not known leads to signing in', async () => {
  const page = await visit('orgs', { key: `${operator}x` })
  await heading(page, 'Sign in')
})
