// Signing in, the people who help, and inviting members.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD, welcomeBy } from './welcome.js'
import { ask, demoLink, fresh, makeOrg, makeSite } from './server.js'
import { heading, stage } from './stage.js'
import { codeOf } from './totp.js'

const { visit } = stage()
const welcome = welcomeBy(visit)
async function signIn(page, email, password) {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('a person who was invited sets a password, is led to a first site, signs out and in again', async () => {
  const org = await makeOrg()
  const email = `ann-${process.pid}@acme.example`
  const { page } = await welcome(org, email)
  await heading(page, 'New site')
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await heading(page, 'Sign in')
  await signIn(page, email, 'something else entirely')
  await page.getByRole('alert').getByText(/is wrong/).waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'New site')
})

test('an address that two organizations invite is the first one’s, and who follows the other link is told what to do', async () => {
  const [org, other] = [await makeOrg(), await makeOrg()]
  const email = `twice-${process.pid}@acme.example`
  const { page } = await welcome(org, email)
  await heading(page, 'New site')
  const { link } = await ask('POST', `/orgs/${other.id}/users`, { email, name: 'Ann Ames', role: 'admin' })
  const late = await visit(link, { key: null })
  await late.getByText('The address has a password elsewhere').waitFor()
  await late.getByText('ask whoever invited you for an invitation to another address').waitFor()
  assert.equal(await late.getByLabel('New password').count(), 0)
  const people = await visit(`orgs/${other.id}/people`)
  await people.getByRole('cell', { name: 'Invited' }).waitFor()
})

test('the link that a demo prints signs its operator in, without a password', async () => {
  const page = await visit(demoLink, { key: null })
  await heading(page, 'Welcome to the demo')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'Organizations')
  await page.reload()
  await heading(page, 'Organizations')
})

test('a link is good once', async () => {
  const org = await makeOrg()
  const { page, link } = await welcome(org, `once-${process.pid}@acme.example`)
  await heading(page, 'New site')
  const again = await visit(link, { key: null })
  await again.getByRole('alert').getByText(/used/).waitFor()
})

test('signing in takes a second step once it is set up, until it is lost and another takes it away', async () => {
  const org = await makeOrg()
  const email = `two-${process.pid}@acme.example`
  const { page } = await welcome(org, email)
  await heading(page, 'New site')
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await page.getByLabel('Password, to set it up').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set up' }).click()
  const secret = await page.locator('.secret code').innerText()
  await page.getByLabel('The six digits that the app shows').fill('000000')
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByRole('alert').getByText(/code/).waitFor()
  await page.getByLabel('The six digits that the app shows').fill(codeOf(secret))
  await page.getByRole('button', { name: 'Turn on' }).click()
  const recovery = await page.locator('ul.mono li').first().innerText()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await signIn(page, email, PASSWORD)
  await page.getByLabel('Code').fill(recovery)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'New site')
  const operator = await visit(`orgs/${org.id}/people`)
  await operator.getByRole('button', { name: 'Change Ann Ames' }).click()
  await operator.getByRole('button', { name: 'Take the second step' }).click()
  await operator.getByText('Be sure that it is them who ask').waitFor()
  await operator.getByRole('button', { name: 'Take the second step' }).click()
  await operator.getByText(`${email} signs in with the password alone`).first().waitFor()
  await page.getByRole('link', { name: 'Ann Ames' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await heading(page, 'Sign in')
  await signIn(page, email, PASSWORD)
  await heading(page, 'New site')
})

test('one who has forgotten the password is told the same whether known or not', async () => {
  const page = await visit('', { key: null })
  await page.getByRole('button', { name: 'I have forgotten my password' }).click()
  await page.getByLabel('E-mail address').fill('nobody@acme.example')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('If nobody@acme.example is known here').waitFor()
})

test('a session that ends is told, and one comes back to the same page', async () => {
  const org = await makeOrg()
  const email = `end-${process.pid}@acme.example`
  const { page } = await welcome(org, email)
  await heading(page, 'New site')
  await page.getByRole('link', { name: 'Organization', exact: true }).click()
  await heading(page, 'Organization')
  await page.evaluate(() => fetch('/api/v1/sign-out', { method: 'POST' }))
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByText('Your session has ended').waitFor()
  await signIn(page, email, PASSWORD)
  await heading(page, 'API keys')
})

test('a person’s role is changed, the person suspended, and removed by typing the address', async () => {
  const org = await makeOrg()
  const email = `help-${process.pid}@acme.example`
  await welcome(org, email, 'Support')
  const page = await visit(`orgs/${org.id}/people`)
  await page.getByRole('button', { name: 'Change Ann Ames' }).click()
  await page.getByRole('radio', { name: /^Auditor/ }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'Auditor' }).waitFor()
  await page.getByRole('button', { name: 'Change Ann Ames' }).click()
  await page.getByRole('button', { name: 'Suspend' }).click()
  await page.getByRole('cell', { name: 'Suspended' }).waitFor()
  await page.getByRole('button', { name: 'Change Ann Ames' }).click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByLabel('Name to confirm').fill(email)
  await page.getByRole('button', { name: 'Remove person' }).click()
  await page.getByText('Nobody yet').waitFor()
})

test('a member is invited, and the invitation revoked by typing the name', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/invitations`)
  await page.getByRole('button', { name: 'Invite somebody' }).first().click()
  await page.getByLabel('E-mail address').fill('no address')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('This is no e-mail address.').waitFor()
  await page.getByLabel('E-mail address').fill('bob@acme.example')
  await page.getByLabel('Name', { exact: true }).fill('Bob Bright')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('Whoever has this link can use it.').waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Revoke the invitation of Bob Bright' }).click()
  await page.getByLabel('Name to confirm').fill('Bob Bright')
  await page.getByRole('button', { name: 'Revoke invitation' }).click()
  await page.getByRole('cell', { name: 'Revoked' }).waitFor()
})

test('a file is looked through before anything is sent, and what came of it can be kept', async () => {
  const org = await makeOrg()
  const site = await makeSite(org, fresh('Import'))
  const page = await visit(`orgs/${org.id}/sites/${site.id}/invitations/import`)
  const rows = [
    'Name;E-mail;Alias', 'Ann;ann@acme.example;Ann Ames 1', 'Bob;bob at acme;Bob Bright', 'Cy;ann@acme.example;Cy Young 1',
    'Dee;dee@acme.example;Dee', '=SUM(A1);eve@acme.example;', ';;',
  ]
  const give = (name, text) => page.getByLabel('CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await give('members.csv', 'just,some\ntext,here')
  await page.getByText('The first row must name the columns').waitFor()
  await give('members.csv', rows.join('\r\n'))
  await page.getByText('2 invitations will be made; 3 rows will be left out.').waitFor()
  for (const text of ['this is no e-mail address', 'the same as in row 2', 'the alias is too short: 8 bytes at least']) {
    await page.getByText(text).waitFor()
  }
  await page.getByRole('button', { name: 'Invite 2 people' }).click()
  await page.getByText('2 invitations made.').waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Keep the list as a file' }).click()])
  const kept = await (await import('node:fs/promises')).readFile(await file.path(), 'utf8')
  assert.match(kept, /^name,email,alias,result,link,code,problem\r\nAnn,ann@acme.example,Ann Ames 1,invited,/)
  assert.match(kept, /\r\n'=SUM\(A1\),eve@/, 'a spreadsheet takes no cell for a formula')
})

test('each row is told what will really happen to it, and the same file again invites nobody twice', async () => {
  const org = await makeOrg()
  const site = await makeSite(org, fresh('Import'), { registration: 'closed' })
  const at = `/orgs/${org.id}/sites/${site.id}`
  await ask('POST', `${at}/aliases`, { alias: 'Front <b>desk</b>' })
  await ask('POST', `${at}/invitations`, { email: 'ann@acme.example' })
  const page = await visit(`orgs/${org.id}/sites/${site.id}/invitations/import`)
  await page.getByText('This site takes no invitations.').waitFor()
  assert.match(await page.getByRole('link', { name: 'the policy' }).getAttribute('href'), /policies$/)
  const buffer = Buffer.from('name,email,alias\nAnn,ANN@acme.example,\nBob,bob@acme.example,FRONT <b>DESK</b>\nCy,cy@acme.example,Cy Young 1\n')
  const give = () => page.getByLabel('CSV file').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer })
  await give()
  await page.getByText('1 invitation will be made; 2 rows will be left out.').waitFor()
  await page.getByText('No mail goes out').waitFor()
  await page.getByText('was invited before: invitation').waitFor()
  await page.getByText('the alias "Front <b>desk</b>" is taken: it is reserved').waitFor()
  assert.equal(await page.locator('main td b').count(), 0)
  assert.equal((await ask('GET', `${at}/invitations`)).items.length, 1, 'nothing was made by looking')
  await page.getByRole('button', { name: 'Invite 1 person' }).click()
  await page.getByText('1 invitation made.').waitFor()
  await page.reload()
  await give()
  await page.getByText('0 invitations will be made; 3 rows will be left out.').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Invite 0 people' }).isDisabled())
  const { items } = await ask('GET', `${at}/invitations`)
  assert.deepEqual(items.map(({ email }) => email), ['ann@acme.example', 'cy@acme.example'])
})

test('a row that fails after the look keeps no other row out', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const at = `/orgs/${org.id}/sites/${site.id}`
  const page = await visit(`orgs/${org.id}/sites/${site.id}/invitations/import`)
  const buffer = Buffer.from('email,alias\nann@acme.example,Ann Ames 1\nbob@acme.example,Bob Bright\n')
  await page.getByLabel('CSV file').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer })
  await page.getByText('2 invitations will be made.').waitFor()
  await ask('POST', `${at}/aliases`, { alias: 'Ann Ames 1' })
  await page.getByRole('button', { name: 'Invite 2 people' }).click()
  await page.getByText('1 invitation made, 1 failed.').waitFor()
  await page.getByText('the alias "Ann Ames 1" is taken: it is reserved').waitFor()
})

test('an alias that an invitation keeps is shown as kept, and leads to the invitation', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  await ask('POST', `/orgs/${org.id}/sites/${site.id}/invitations`, { name: 'Cy', alias: 'Cy Young 1' })
  const page = await visit(`orgs/${org.id}/sites/${site.id}/aliases?q=Cy`)
  await page.getByText('Kept for an invitation').waitFor()
  await page.getByRole('link', { name: 'Show it: Cy Young 1' }).click()
  await heading(page, 'Invitations')
  assert.equal(await page.getByLabel('Search by name, address or alias').inputValue(), 'Cy Young 1')
  await page.getByRole('cell').getByText('as Cy Young 1').waitFor()
})

test('an import goes on after haste and a lost answer, and makes nothing twice', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/invitations/import`)
  const answers = [
    (route) => route.fulfill({ status: 429, headers: { 'retry-after': '0', 'content-type': 'application/problem+json' }, body: '{"type":"urn:tmtp:problem:too-many"}' }),
    (route) => route.fallback(),
    async (route) => {
      await route.fetch()
      await route.abort()
    },
  ]
  await page.route('**/invitations', (route) => (route.request().method() === 'POST' ? (answers.shift() ?? ((last) => last.fallback()))(route) : route.fallback()))
  const buffer = Buffer.from('email\nann@acme.example\nbob@acme.example\n')
  await page.getByLabel('CSV file').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: 'Invite 2 people' }).click()
  await page.getByText('2 invitations made.').waitFor()
  await page.getByText('The answer with the link was lost.').waitFor()
  const { items } = await ask('GET', `/orgs/${org.id}/sites/${site.id}/invitations`)
  assert.deepEqual(items.map(({ email }) => email).sort(), ['ann@acme.example', 'bob@acme.example'])
})

test('the wizard invites the first people, and says what came of it', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/new-site`)
  await page.getByLabel('What is the site called?').fill('Invited')
  await page.keyboard.press('Enter')
  await page.getByLabel('Which host name leads to it?').fill(`inv${process.pid}.example`)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Make the site' }).click()
  await page.getByLabel('Whom do you invite first?').fill('Ann Ames <ann@acme.example>\nbob')
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('Line 2: this is no e-mail address.').waitFor()
  await page.getByLabel('Whom do you invite first?').fill('Ann Ames <ann@acme.example>\nbob@acme.example')
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('2 invitations made.').waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('heading', { name: 'Invited is ready' }).waitFor()
})
