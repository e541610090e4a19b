// Every page of the console, with something on it.
import { makeCertificate } from './certificate.js'
import { startProvider } from './provider.js'
import { asMember, ask, fresh, makeOrg, makeSite, openSite, register } from './server.js'

const XSS = '<img src=x onerror=alert(1)>'

/** A provider that answered when it was added, and does not any more. */
async function addProvider(org) {
  const { issuer, close } = await startProvider()
  const settings = { client_id: 'tmtp', email_domains: ['acme.example'], groups: [XSS] }
  await ask('POST', `/orgs/${org.id}/providers`, { label: `Acme account ${XSS}`, issuer, settings })
  await close()
}

/** The same for people who administer. */
async function addUserProvider(org) {
  const { issuer, close } = await startProvider()
  const settings = { client_id: 'tmtp', email_domains: ['everywhere.example'], only_way_in: true }
  await ask('POST', `/orgs/${org.id}/user-providers`, { label: `Acme account ${XSS}`, issuer, settings })
  await close()
}

async function elsewhere(page, email) {
  const back = page.getByRole('button', { name: 'Back to sign-in' })
  if (await back.count()) await back.click()
  await page.getByRole('button', { name: 'Use your organization’s account' }).click()
  if (!email) return
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(/you can sign in with|no other way in/).waitFor()
}

async function checkProvider(page) {
  await page.getByRole('button', { name: /^Check/ }).click()
  await page.getByText('No', { exact: true }).waitFor()
}

/** Pages as { name, path, signedOut?, then? }: `then` brings the page into a state of its own. */
export async function everyPage() {
  const site = await openSite()
  const org = await makeOrg(fresh('Acme'))
  const empty = await makeSite(org)
  const certified = await makeSite(org)
  await ask('PUT', `/orgs/${org.id}/sites/${certified.id}/certificate`, makeCertificate(certified.hosts))
  await ask('POST', `/orgs/1/sites/${site.id}/aliases`, { alias: fresh(`Kept ${XSS}`) })
  const alias = fresh('Alice Ames')
  const account = await register(alias, `Phone ${XSS}`)
  const other = fresh(XSS)
  await register(other)
  const group = fresh(`Friends ${XSS}`)
  await asMember(account, 'group', 'invite', '--to', other, group)
  await ask('POST', `/orgs/${org.id}/keys`, { name: 'billing', role: 'auditor' })
  await addProvider(org)
  await addUserProvider(org)
  const found = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(alias)}`)
  const member = encodeURIComponent(found.items[0].uid)
  const at = `orgs/1/sites/${site.id}`
  const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click()
  const give = async (page) => {
    const buffer = Buffer.from('name,email,alias\nAnn,ann@acme.example,Ann Ames 1\nBob,bob at acme,Bob Bright\nCy,cy@acme.example,Cy Young 1\n')
    await page.getByLabel('CSV file').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer })
    await page.getByText('1 row will be left out').waitFor()
  }
  return [
    { name: 'sign-in', path: '', signedOut: true },
    { name: 'forgotten', path: '', signedOut: true, then: press('I have forgotten my password') },
    { name: 'elsewhere', path: '', signedOut: true, then: (page) => elsewhere(page) },
    { name: 'elsewhere-none', path: '', signedOut: true, then: (page) => elsewhere(page, 'ann@nowhere.example') },
    { name: 'elsewhere-ways', path: '', signedOut: true, then: (page) => elsewhere(page, 'ann@everywhere.example') },
    { name: 'provider-code', path: 'sign-in/code', signedOut: true },
    { name: 'orgs', path: 'orgs' },
    { name: 'orgs-new', path: 'orgs', then: press('New organization') },
    { name: 'provider-health', path: 'provider/health' },
    { name: 'provider-keys', path: 'provider/keys' },
    { name: 'provider-people', path: 'provider/people' },
    { name: 'provider-audit', path: 'provider/audit' },
    { name: 'sites', path: `orgs/${org.id}` },
    { name: 'wizard', path: `orgs/${org.id}/new-site` },
    { name: 'org-keys', path: `orgs/${org.id}/keys` },
    { name: 'org-keys-new', path: `orgs/${org.id}/keys`, then: press('New API key') },
    { name: 'org-people', path: `orgs/${org.id}/people` },
    { name: 'org-people-new', path: `orgs/${org.id}/people`, then: press('Invite a person') },
    { name: 'org-providers', path: `orgs/${org.id}/providers`, then: checkProvider },
    { name: 'user-providers', path: `orgs/${org.id}/user-providers`, then: checkProvider },
    { name: 'user-providers-new', path: `orgs/${org.id}/user-providers`, then: press('Add a provider') },
    { name: 'org-providers-new', path: `orgs/${org.id}/providers`, then: press('Add a provider') },
    { name: 'user-providers-change', path: `orgs/${org.id}/user-providers`, then: (page) => page.getByRole('button', { name: /^Change/ }).click() },
    { name: 'org-usage', path: `orgs/1/usage` },
    { name: 'org-audit', path: `orgs/1/audit`, then: press('Check the chain') },
    { name: 'org-providers-change', path: `orgs/${org.id}/providers`, then: (page) => page.getByRole('button', { name: /^Change/ }).click() },
    { name: 'org-settings', path: `orgs/${org.id}/settings` },
    { name: 'site', path: at },
    { name: 'members', path: `${at}/members` },
    { name: 'members-empty', path: `orgs/${org.id}/sites/${empty.id}/members` },
    { name: 'member', path: `${at}/members/${member}` },
    { name: 'member-remove', path: `${at}/members/${member}`, then: press('Remove') },
    { name: 'invitations', path: `${at}/invitations` },
    { name: 'invitations-new', path: `${at}/invitations`, then: press('Invite somebody') },
    { name: 'import', path: `${at}/invitations/import` },
    { name: 'import-preview', path: `${at}/invitations/import`, then: give },
    { name: 'devices', path: `${at}/devices` },
    { name: 'aliases', path: `${at}/aliases` },
    { name: 'aliases-keep', path: `${at}/aliases`, then: press('Keep an alias') },
    { name: 'aliases-empty', path: `orgs/${org.id}/sites/${empty.id}/aliases` },
    { name: 'usage', path: `${at}/usage`, then: (page) => page.getByText('The same as a table').click() },
    { name: 'usage-empty', path: `orgs/${org.id}/sites/${empty.id}/usage` },
    { name: 'certificate', path: `orgs/${org.id}/sites/${certified.id}/certificate` },
    { name: 'certificate-empty', path: `orgs/${org.id}/sites/${empty.id}/certificate` },
    { name: 'certificate-new', path: `orgs/${org.id}/sites/${empty.id}/certificate`, then: press('Bring a certificate') },
    { name: 'aliases-retire', path: `${at}/aliases`, then: (page) => page.getByRole('button', { name: /^Retire/ }).first().click() },
    { name: 'groups', path: `${at}/groups` },
    { name: 'group', path: `${at}/groups/${encodeURIComponent(group)}` },
    { name: 'member-revoke', path: `${at}/members/${member}`, then: (page) => page.getByRole('button', { name: /^Revoke/ }).click() },
    { name: 'org-audit-row', path: 'orgs/1/audit', then: (page) => page.getByRole('button', { name: /^Details/ }).first().click() },
    { name: 'policies', path: `${at}/policies` },
    { name: 'site-settings', path: `${at}/settings` },
    { name: 'account', path: 'account' },
    { name: 'lost', path: 'nowhere' },
  ]
}
