// An organization's sign-in providers, and the policies that rely on them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProvider } from './provider.js'
import { ask, makeKey, makeOrg, makeSite, registerAt } from './server.js'
import { holds, stage } from './stage.js'

const { visit } = stage()

test('a provider is added, checked while it answers and when not, and removed by typing its name', async (t) => {
  const provider = await startProvider()
  let isOpen = true
  const stop = async () => isOpen && ((isOpen = false), provider.close())
  t.after(stop)
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/providers`, { key: await makeKey(org, 'admin') })
  await page.getByRole('button', { name: 'Add a provider' }).first().click()
  await page.getByLabel('What do members know it as?').fill('Acme account')
  await page.getByLabel('Issuer').fill('login.acme.example')
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('with https:// in front').waitFor()
  await page.getByText('Give the client id.').waitFor()
  await page.getByLabel('Issuer').fill(`${provider.issuer}/nowhere`)
  await page.getByLabel('Client id').fill('tmtp')
  await page.getByLabel('E-mail domains').fill('acme.example, acme.test')
  await page.getByLabel('Groups').fill('Legal team; Staff')
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByRole('dialog').getByRole('alert').getByText(/nowhere/).waitFor()
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('with an address at acme.example or acme.test, and in Legal team or Staff').waitFor()
  await page.getByRole('button', { name: 'Check now: Acme account' }).click()
  await page.getByText('Yes', { exact: true }).waitFor()
  await stop()
  await page.getByRole('button', { name: 'Check now: Acme account' }).click()
  await page.getByText('No', { exact: true }).waitFor()
  // Whoever comes later sees it without asking.
  await page.reload()
  await page.getByText(/^noticed /).waitFor()
  await page.getByRole('button', { name: 'Remove Acme account' }).click()
  await page.getByLabel('Name to confirm').fill('Acme account')
  await page.getByRole('button', { name: 'Remove provider' }).click()
  await page.getByText('No sign-in provider yet').waitFor()
  assert.deepEqual((await ask('GET', `/orgs/${org.id}/providers`)).items, [])
})

test('a site lets people from a provider in, with a way to the providers, and names may look alike', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/policies`, { key: await makeKey(org, 'admin') })
  await page.getByLabel('Only people who sign in with your organization’s account').check()
  await page.getByText('The organization has no sign-in provider yet').waitFor()
  await page.getByLabel('Names may look alike').check()
  await page.getByLabel('Where does a client wait for the end of a sign-in?').fill('http://127.0.0.1:9000/')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved; it holds within seconds').waitFor()
  const { settings } = await ask('GET', `/orgs/${org.id}/sites/${site.id}`)
  const chosen = [settings.registration, settings.lookalikes, settings.sign_in_redirect]
  assert.deepEqual(chosen, ['provider', 'allowed', 'http://127.0.0.1:9000/'])
})

test('a site takes people from the sign-in providers that were chosen for it', async (t) => {
  const provider = await startProvider()
  t.after(() => provider.close())
  const org = await makeOrg()
  const site = await makeSite(org)
  const make = (label) => ask('POST', `/orgs/${org.id}/providers`, { label, issuer: provider.issuer, settings: { client_id: 'tmtp' } })
  const [, partners] = [await make('Acme staff'), await make('Acme partners')]
  const page = await visit(`orgs/${org.id}/sites/${site.id}/policies`, { key: await makeKey(org, 'admin') })
  await page.getByLabel('Only people who sign in with your organization’s account').check()
  await page.getByText('With none chosen, any of').waitFor()
  await page.getByLabel('Acme partners').check()
  await page.getByText('Which sign-in providers let people in? 1 chosen').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved; it holds within seconds').waitFor()
  const { settings } = await ask('GET', `/orgs/${org.id}/sites/${site.id}`)
  assert.deepEqual([settings.registration, settings.providers], ['provider', String(partners.id)])
  await page.getByLabel('Acme partners').uncheck()
  await page.getByText('any of them in place of 1 chosen').waitFor()
})

test('people sign in again after so many days, as long as providers let them in', async (t) => {
  const provider = await startProvider()
  t.after(() => provider.close())
  const org = await makeOrg()
  await ask('POST', `/orgs/${org.id}/providers`, { label: 'Acme account', issuer: provider.issuer, settings: { client_id: 'tmtp' } })
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/policies`, { key: await makeKey(org, 'admin') })
  const days = page.getByLabel('After how many days do people sign in again?')
  assert.equal(await days.count(), 0, 'where nobody signs in')
  const save = async () => {
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await saved
    await page.getByText('Saved; it holds within seconds').waitFor()
    const { settings } = await ask('GET', `/orgs/${org.id}/sites/${site.id}`)
    return [settings.registration, settings.sign_in_again_days]
  }
  await page.getByLabel('Only people who sign in with your organization’s account').check()
  await days.fill('30')
  await page.getByText('After how many days do people sign in again? 30 in place of 0').waitFor()
  assert.deepEqual(await save(), ['provider', 30])
  await page.getByRole('radio', { name: 'Nobody Those who are members' }).check()
  assert.deepEqual(await save(), ['closed', 30], 'those who are members go on as before')
  await page.getByLabel('Only people with an invitation').check()
  await page.getByText('After how many days do people sign in again? 0 in place of 30').waitFor()
  assert.deepEqual(await save(), ['invitation', 0])
})

test('who a member is at its provider can be forgotten by an administrator', async (t) => {
  const provider = await startProvider({ sub: 'nina' })
  t.after(() => provider.close())
  const org = await makeOrg()
  await ask('POST', `/orgs/${org.id}/providers`, { label: 'Acme account', issuer: provider.issuer, settings: { client_id: 'tmtp' } })
  const host = `staff${process.pid}.localhost`
  const site = await ask('POST', `/orgs/${org.id}/sites`, { name: 'Staff', hosts: [host], settings: { registration: 'provider' } })
  await registerAt(host, 'Nina of the staff', provider.grant('tmtp'))
  const { items: [nina] } = await ask('GET', `/orgs/${org.id}/sites/${site.id}/members`)
  const path = `orgs/${org.id}/sites/${site.id}/members/${encodeURIComponent(nina.uid)}`
  const helper = await visit(path, { key: await makeKey(org, 'support') })
  await helper.getByText(provider.issuer).waitFor()
  assert.equal(await helper.getByRole('button', { name: 'Forget as whom' }).count(), 0)
  const page = await visit(path, { key: await makeKey(org, 'admin') })
  await page.getByRole('button', { name: 'Forget as whom' }).click()
  await page.getByRole('dialog').getByText('is the member from then on').waitFor()
  await page.getByRole('button', { name: 'Forget the sign-in' }).click()
  await page.getByText('Forgotten as whom').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Forget as whom' }).count(), 0)
  const shown = await ask('GET', `/orgs/${org.id}/sites/${site.id}/members/${encodeURIComponent(nina.uid)}`)
  assert.deepEqual([shown.signs_in_at, shown.signs_in_anew], [provider.issuer, true])
})

test('one who only helps can check a provider, and is not offered to add one', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/providers`, { key: await makeKey(org, 'support') })
  await page.getByText('As Support you may not add, change or remove sign-in providers').waitFor()
  await page.getByText('No sign-in provider yet').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Add a provider' }).count(), 0)
})

test('a provider is changed at the version that was read, and what was not touched stays', async (t) => {
  const provider = await startProvider()
  t.after(() => provider.close())
  const org = await makeOrg()
  const settings = { client_id: 'tmtp', email_domains: ['acme.example'], groups: ['cn=staff,dc=acme'] }
  const made = await ask('POST', `/orgs/${org.id}/providers`, { label: 'Acme account', issuer: provider.issuer, settings })
  const page = await visit(`orgs/${org.id}/providers`, { key: await makeKey(org, 'admin') })
  const open = () => page.getByRole('button', { name: /^Change / }).click()
  await open()
  await page.getByLabel('What do members know it as?').fill('Acme login')
  await page.getByLabel('E-mail domains').fill('acme.example acme.test')
  await page.getByRole('button', { name: 'Save provider' }).click()
  await page.getByText('with an address at acme.example or acme.test, and in cn=staff,dc=acme').waitFor()
  await open()
  await ask('PATCH', `/orgs/${org.id}/providers/${made.id}`, { label: 'Changed meanwhile' }, { headers: { 'if-match': '*' } })
  await page.getByLabel('What do members know it as?').fill('Too late')
  await page.getByRole('button', { name: 'Save provider' }).click()
  await page.getByRole('button', { name: 'Show what it is now' }).click()
  await holds(page.getByLabel('What do members know it as?'), 'Changed meanwhile')
  await page.getByRole('button', { name: 'Save provider' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const { items } = await ask('GET', `/orgs/${org.id}/providers`)
  assert.deepEqual([items[0].label, items[0].settings.groups], ['Changed meanwhile', ['cn=staff,dc=acme']])
})
