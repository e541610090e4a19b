// Somebody signs in with a passkey: a real browser with an authenticator of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD, welcomeBy } from './welcome.js'
import { ask, makeOrg, origin } from './server.js'
import { heading, stage, takeErrors, takeForeign } from './stage.js'

const { visit } = stage()
const welcome = welcomeBy(visit)
/** The same server at a name: passkeys are for names alone. */
const named = origin.replace('127.0.0.1', 'localhost')

/** Signs in at the server's name, in a browser whose device confirms whatever it is asked. */
async function signedInAtName(email) {
  const page = await visit(`${named}/#/`, { key: null })
  const device = await page.context().newCDPSession(page)
  await device.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true }
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', { options })
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await heading(page, 'New site')
  return { page, device, authenticatorId }
}

async function signOut(page) {
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await heading(page, 'Sign in')
}

test('a passkey is added, signs its owner in, and no more once it is removed or the person is suspended', async () => {
  const org = await makeOrg()
  const email = `key-${process.pid}@acme.example`
  const { page: first } = await welcome(org, email)
  await first.getByRole('link', { name: 'Ann Ames' }).click()
  await first.getByText('This browser has no passkeys for this address').waitFor()

  const { page } = await signedInAtName(email)
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  const passkeys = page.locator('section', { has: page.getByRole('heading', { name: 'Passkeys' }) })
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByLabel('What to call it').fill('Ann’s laptop')
  await passkeys.getByLabel('Password').fill('not the password')
  await passkeys.getByRole('button', { name: 'Go on to the device' }).click()
  await passkeys.getByRole('alert').getByText(/password is wrong/i).waitFor()
  await passkeys.getByLabel('Password').fill(PASSWORD)
  await passkeys.getByRole('button', { name: 'Go on to the device' }).click()
  await passkeys.getByRole('row', { name: /Ann’s laptop.*never/ }).waitFor()

  await signOut(page)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('navigation').waitFor()
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await passkeys.getByRole('row', { name: /Ann’s laptop/ }).waitFor()
  assert.equal(await passkeys.getByRole('row', { name: /never/ }).count(), 0, 'its use was noted')
  const { items: deeds } = await ask('GET', `/orgs/${org.id}/audit?limit=50`)
  assert.ok(deeds.some((deed) => deed.action === 'user.passkey'), 'it stands in the audit log')

  await signOut(page)
  const { items: people } = await ask('GET', `/orgs/${org.id}/users`)
  const [ann] = people.filter((one) => one.email === email)
  const suspend = (suspended) => ask('PATCH', `/orgs/${org.id}/users/${ann.id}`, { suspended }, { headers: { 'if-match': '*' } })
  await suspend(true)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').getByText(/suspended/).waitFor()
  await suspend(false)
  const stands = async () => (await ask('GET', `/orgs/${org.id}/audit?action=user.sign-in-failed`)).items.length > 0
  for (let tries = 0; !(await stands()); tries += 1) assert.ok(tries < 500, 'the refusal stands in the audit log')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('navigation').waitFor()

  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await passkeys.getByRole('button', { name: 'Remove', exact: true }).click()
  await passkeys.getByLabel('Password').fill(PASSWORD)
  await passkeys.getByRole('button', { name: 'Remove this passkey' }).click()
  await passkeys.getByText('None yet.').waitFor()
  await signOut(page)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').getByText(/of no account here/).waitFor()
  takeErrors(page)
  takeForeign(page)
})

test('a device that knows nobody gives no passkey, and one is told so', async () => {
  const org = await makeOrg()
  const email = `nokey-${process.pid}@acme.example`
  await welcome(org, email)
  const { page, device, authenticatorId } = await signedInAtName(email)
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await signOut(page)
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').getByText(/No passkey was given/).waitFor({ timeout: 60_000 })
  takeErrors(page)
  takeForeign(page)
})
