// What a tenant's administrator does: a first site, its rules, its members, their devices.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCertificate } from './certificate.js'
import { ask, asMember, fresh, makeKey, makeOrg, makeSite, openSite, register } from './server.js'
import { heading, stage } from './stage.js'

const { visit } = stage()

test('an owner without a site is led through making one, and it serves', async () => {
  const org = await makeOrg()
  const page = await visit('', { key: await makeKey(org, 'owner') })
  await heading(page, 'New site')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Give the site a name.').waitFor()
  await page.getByLabel('What is the site called?').fill('Acme Legal')
  await page.getByRole('button', { name: 'Next' }).click()
  const host = `w${process.pid}.acme.example`
  await page.getByLabel('Which host name leads to it?').fill(`https://${host}`)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('without https://').waitFor()
  await page.getByLabel('Which host name leads to it?').fill(host.toUpperCase())
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByLabel('Anybody who knows the address').check()
  await page.getByRole('button', { name: 'Make the site' }).click()
  await page.getByRole('heading', { name: 'Acme Legal is ready' }).waitFor()
  const { items } = await ask('GET', `/orgs/${org.id}/sites`)
  assert.deepEqual([items[0].name, items[0].hosts, items[0].settings.registration], ['Acme Legal', [host], 'open'])
  await page.getByRole('link', { name: 'Go to the site' }).click()
  await heading(page, 'Acme Legal')
})

test('a host name that is taken is told in the wizard, which goes on with another one', async () => {
  const [org, other] = [await makeOrg(), await makeOrg()]
  const taken = (await makeSite(other)).hosts[0]
  const page = await visit(`orgs/${org.id}/new-site`, { key: await makeKey(org, 'admin') })
  await page.getByLabel('What is the site called?').fill('Second')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByLabel('Which host name leads to it?').fill(taken)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('radio', { name: /^Nobody/ }).check()
  await page.getByRole('button', { name: 'Make the site' }).click()
  await page.getByRole('alert').getByText('A host name is taken').waitFor()
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByLabel('Which host name leads to it?').fill(`free-${taken}`)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Make the site' }).click()
  await page.getByRole('heading', { name: 'Second is ready' }).waitFor()
})

test('a site is suspended by typing its name, and resumed', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/settings`, { key: await makeKey(org, 'admin') })
  await page.getByRole('button', { name: 'Suspend site' }).click()
  await page.getByLabel('Name to confirm').fill(site.name)
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend site' }).click()
  await page.getByRole('button', { name: 'Resume site' }).waitFor()
  assert.equal((await ask('GET', `/orgs/${org.id}/sites/${site.id}`)).suspended, true)
  await page.getByRole('button', { name: 'Resume site' }).click()
  await page.getByRole('button', { name: 'Suspend site' }).waitFor()
  assert.equal((await ask('GET', `/orgs/${org.id}/sites/${site.id}`)).suspended, false)
})

test('host names are added and taken away', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/settings`, { key: await makeKey(org, 'admin') })
  await page.getByRole('button', { name: 'Add a host name' }).click()
  await page.getByRole('textbox', { name: 'Host name 2' }).fill(`second-${site.hosts[0]}`)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()
  await page.getByRole('button', { name: 'Take away host name 1' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByLabel('Name to confirm').fill(site.hosts[0])
  await page.getByRole('button', { name: 'Take away', exact: true }).last().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.deepEqual((await ask('GET', `/orgs/${org.id}/sites/${site.id}`)).hosts, [`second-${site.hosts[0]}`])
})

test('people with a certificate register once the authorities are given', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/policies`, { key: await makeKey(org, 'admin') })
  await page.getByLabel('Only people with a certificate of your organization’s').check()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('give the authorities whose certificates let people register').waitFor()
  const { chain } = makeCertificate(['authority.example'])
  await page.getByLabel('Whose certificates let people register?').fill(chain)
  await page.getByText('one certificate in place of 0 certificates').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved; it holds within seconds').waitFor()
  const { settings } = await ask('GET', `/orgs/${org.id}/sites/${site.id}`)
  assert.deepEqual([settings.registration, settings.client_authorities.trim()], ['certificate', chain.trim()])
})

test('policies say what will change before it is saved', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/policies`, { key: await makeKey(org, 'admin') })
  await page.getByLabel('How large may a message be?', { exact: true }).fill('25')
  await page.getByLabel('Unit of: How large may a message be?').selectOption('MiB')
  await page.getByLabel('The new connection is refused').check()
  await page.getByText('25 MiB in place of 1 GiB').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved; it holds within seconds').waitFor()
  const { settings } = await ask('GET', `/orgs/${org.id}/sites/${site.id}`)
  assert.deepEqual([settings.message_octets_max, settings.login_conflict], [25 << 20, 'refuse'])
})

test('a member is found, suspended, and can connect no more', async () => {
  const site = await openSite()
  const alias = fresh('Dora Delay')
  const account = await register(alias)
  const page = await visit(`orgs/1/sites/${site.id}/members`)
  await page.getByLabel('Search by alias or uid').fill(alias.toLowerCase())
  await page.getByRole('link', { name: alias }).click()
  await heading(page, alias)
  await page.getByRole('button', { name: 'Suspend' }).click()
  await page.getByRole('button', { name: 'Suspend member' }).click()
  await page.getByText('Suspended', { exact: true }).waitFor()
  await assert.rejects(asMember(account, 'listen', '--once', '--timeout', '5'), (error) => error.code === 1)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Active', { exact: true }).waitFor()
})

test('a device is revoked by typing its name, and its connection ends at once', async () => {
  const site = await openSite()
  const alias = fresh('Eve Early')
  const account = await register(alias, 'Lost phone')
  const { items } = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(alias)}`)
  const listening = asMember(account, 'listen', '--timeout', '15').then(() => 'stayed', (error) => error.code)
  const page = await visit(`orgs/1/sites/${site.id}/members/${encodeURIComponent(items[0].uid)}`)
  await heading(page, alias)
  while (!(await page.getByText('Connected', { exact: true }).isVisible())) {
    await page.reload()
    await heading(page, alias)
  }
  await page.getByRole('button', { name: 'Revoke Lost phone' }).click()
  await page.getByText('Its connection is closed at once').waitFor()
  await page.getByLabel('Name to confirm').fill('Lost phone')
  await page.getByRole('button', { name: 'Revoke device' }).click()
  await page.getByText('this member cannot receive anything').waitFor()
  assert.equal(await listening, 1)
})

test('a member is removed by typing the alias', async () => {
  const site = await openSite()
  const alias = fresh('Gone Girl')
  await register(alias)
  const page = await visit(`orgs/1/sites/${site.id}/members`)
  await page.getByLabel('Search by alias or uid').fill(alias)
  await page.getByRole('link', { name: alias }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByLabel('Name to confirm').fill(alias)
  await page.getByRole('button', { name: 'Remove member' }).click()
  await heading(page, 'Members')
  const { items } = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(alias)}`)
  assert.deepEqual(items, [])
})

test('what is kept about a member is exported, then erased by typing the alias, with a receipt', async () => {
  const site = await openSite()
  const alias = fresh('Forget Me')
  const account = await register(alias, 'Old phone')
  const { items } = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(alias)}`)
  const page = await visit(`orgs/1/sites/${site.id}/members/${encodeURIComponent(items[0].uid)}`)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as zip' }).click()])
  assert.match(download.suggestedFilename(), /^member-.*\.zip$/)
  await page.getByRole('button', { name: 'Erase member' }).click()
  await page.getByLabel('Name to confirm').fill(alias)
  await page.getByRole('dialog').getByRole('button', { name: 'Erase member' }).click()
  await page.getByText('The member is erased').waitFor()
  const log = await ask('GET', '/orgs/1/audit?action=member.erase&limit=1')
  await page.getByText(log.items[0].hash).waitFor()
  assert.equal(log.items[0].target, items[0].uid)
  await page.getByRole('button', { name: 'Done' }).click()
  await heading(page, 'Members')
  await assert.rejects(asMember(account, 'listen', '--once', '--timeout', '5'), (error) => error.code === 1)
})

test('nobody is offered what the role does not allow', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const at = `orgs/${org.id}/sites/${site.id}`
  for (const [role, path, absent, says] of [
    ['auditor', `${at}/policies`, 'Save changes', 'As Auditor you may not change policies'],
    ['auditor', `${at}/settings`, 'Suspend site', 'As Auditor you may not change the site'],
    ['support', `${at}/settings`, 'Suspend site', 'Ask somebody who is owner or administrator'],
    ['admin', `orgs/${org.id}/keys`, 'New API key', 'As Administrator you may not make or revoke API keys'],
  ]) {
    const page = await visit(path, { key: await makeKey(org, role) })
    await page.getByText(says).waitFor()
    assert.equal(await page.getByRole('button', { name: absent }).count(), 0, `${role} at ${path}`)
  }
})
