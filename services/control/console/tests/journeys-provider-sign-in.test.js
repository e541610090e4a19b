// People who sign in with the account that they have at their organization's provider.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { PHONE } from './browser.js'
import { startProvider } from './provider.js'
import { ask, makeKey, makeOrg, origin } from './server.js'
import { heading, holds, stage, takeForeign } from './stage.js'
import { codeOf } from './totp.js'
import { PASSWORD, welcomeBy } from './welcome.js'

const { visit } = stage()
const welcome = welcomeBy(visit)
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let count = 0

/** An organization whose people have addresses at a domain of their own, and a provider where one of them is signed in. */
async function scene(t, settings = {}) {
  const domain = `p${process.pid}-${(count += 1)}.example`
  const email = `ann@${domain}`
  const provider = await startProvider({ sub: 'ann', email, name: 'Ann Ames' })
  t.after(() => provider.close().catch(() => {}))
  const org = await makeOrg()
  const add = () => ask('POST', `/orgs/${org.id}/user-providers`, {
    label: 'Acme account', issuer: provider.issuer, settings: { client_id: 'tmtp', email_domains: [domain], ...settings },
  })
  return { org, provider, domain, email, add }
}

/** From the sign-in page to the provider and back. */
async function signInWith(page, email) {
  await page.getByRole('button', { name: 'Use your organization’s account' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Sign in with Acme account' }).click()
}

/** The page went to the provider, and to nobody else. */
function wentTo(page, provider) {
  const foreign = takeForeign(page)
  assert.ok(foreign.length > 0 && foreign.every((url) => url.startsWith(`${provider.issuer}/authorize?`)), foreign.join(' '))
}

test('an owner adds a provider, changes and removes it, and the secret is never shown', async (t) => {
  const { org, provider, domain } = await scene(t)
  const page = await visit(`orgs/${org.id}/user-providers`, { key: await makeKey(org, 'owner') })
  await page.getByRole('button', { name: 'Add a provider' }).first().click()
  await page.getByLabel('What do your people know it as?').fill('Acme account')
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('Give the domains').waitFor()
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByLabel('Client id').fill('tmtp')
  await page.getByLabel('Client secret').fill('s3cret')
  await page.getByLabel('E-mail domains').fill(domain)
  await page.getByLabel('Whom does it let in').selectOption('support')
  await page.getByLabel('It is the only way in').check()
  await page.getByText(`${origin}/sign-in/return`).waitFor()
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('Whoever comes first is made Support').waitFor()
  await page.getByText('No passwords, but for owners').waitFor()
  await page.getByRole('button', { name: 'Check now: Acme account' }).click()
  await page.getByText('Yes', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Change Acme account' }).click()
  await holds(page.getByLabel('Client secret'), '')
  await page.getByText('There is one; left empty, it stays.').waitFor()
  await page.getByLabel('It is the only way in').uncheck()
  await page.getByRole('button', { name: 'Save provider' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const { items } = await ask('GET', `/orgs/${org.id}/user-providers`)
  assert.deepEqual([items[0].settings.only_way_in, items[0].settings.has_secret], [false, true])
  await page.getByRole('button', { name: 'Remove Acme account' }).click()
  await page.getByLabel('Name to confirm').fill('Acme account')
  await page.getByRole('button', { name: 'Remove provider' }).click()
  await page.getByText('With passwords, so far').waitFor()
})

test('one who is no owner is told who may say how people sign in', async (t) => {
  const { org } = await scene(t)
  const page = await visit(`orgs/${org.id}/user-providers`, { key: await makeKey(org, 'admin') })
  await page.getByText('As Administrator you may not see or change how people sign in').waitFor()
  assert.equal(await page.getByRole('link', { name: 'How people sign in' }).count(), 0)
})

test('a person signs in with the provider, and is told when nobody invited them', async (t) => {
  const { org, provider, email, add } = await scene(t)
  const page = await visit('', { key: null, viewport: PHONE })
  await page.getByRole('button', { name: 'Use your organization’s account' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('there is no other way in than the password').waitFor()
  await add()
  await page.getByRole('button', { name: 'Back to sign-in' }).click()
  await signInWith(page, email)
  await heading(page, 'The sign-in was not completed')
  await page.getByRole('alert').getByText(`Nobody with the address ${email} was invited`).waitFor()
  await page.evaluate(AXE)
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await page.evaluate(() => window.axe.run(document))
    assert.deepEqual(violations.map(({ id }) => id), [], colorScheme)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits')
  }
  await ask('POST', `/orgs/${org.id}/users`, { email, role: 'owner' })
  await page.getByRole('link', { name: 'Back to sign-in' }).click()
  await signInWith(page, email)
  await heading(page, 'New site')
  assert.equal(page.url().split('#')[0], `${origin}/`)
  await page.reload()
  await heading(page, 'New site')
  wentTo(page, provider)
})

test('whoever has a password with another organization comes in by the sign-in address of this one', async (t) => {
  const { org, provider, domain, email, add } = await scene(t)
  const other = await makeOrg()
  await welcome(other, email)
  await ask('POST', `/orgs/${other.id}/user-providers`, {
    label: 'Other account', issuer: provider.issuer, settings: { client_id: 'tmtp', email_domains: [domain] },
  })
  await add()
  await ask('POST', `/orgs/${org.id}/users`, { email, role: 'owner' })
  const owner = await visit(`orgs/${org.id}/user-providers`, { key: await makeKey(org, 'owner') })
  const address = await owner.locator('.secret code').innerText()
  assert.equal(address, `${origin}/#/sign-in/${org.id}`)
  const page = await visit('', { key: null, viewport: PHONE })
  await page.getByRole('button', { name: 'Use your organization’s account' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Sign in with Other account' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Sign in with Acme account' }).count(), 0)
  await page.goto(address)
  await heading(page, 'Your organization’s account')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Sign in with Acme account' }).click()
  await heading(page, 'New site')
  await page.goto(address)
  await heading(page, 'Sites')
  wentTo(page, provider)
})

test('a second step of one’s own comes after the provider', async (t) => {
  const { org, provider, email, add } = await scene(t)
  const { page } = await welcome(org, email)
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await page.getByLabel('Password, to set it up').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set up' }).click()
  const secret = await page.locator('.secret code').innerText()
  await page.getByLabel('The six digits that the app shows').fill(codeOf(secret))
  await page.getByRole('button', { name: 'Turn on' }).click()
  const recovery = await page.locator('ul.mono li').first().innerText()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await add()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await heading(page, 'Sign in')
  await signInWith(page, email)
  await heading(page, 'One more step')
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => window.axe.run(document))
  assert.deepEqual(violations.map(({ id }) => id), [])
  await page.getByLabel('Code').fill('000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText(/wrong/).waitFor()
  await page.getByLabel('Code').fill(recovery)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'New site')
  wentTo(page, provider)
})

test('where the provider is the only way in, a password is none but for owners', async (t) => {
  const { org, email, domain, add } = await scene(t)
  await welcome(org, email, 'Administrator')
  await welcome(org, `olga@${domain}`)
  const { id } = await add()
  await ask('PATCH', `/orgs/${org.id}/user-providers/${id}`, { settings: { only_way_in: true } }, { headers: { 'if-match': '*' } })
  const page = await visit('', { key: null })
  const signIn = async (address) => {
    await page.getByLabel('E-mail address').fill(address)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await signIn(email)
  await page.getByRole('alert').getByText('sign in with “Acme account”').waitFor()
  await signIn(`olga@${domain}`)
  await heading(page, 'New site')
})
