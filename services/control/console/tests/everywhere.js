// Every page of the console, with something on it.
import { makeCertificate } from './certificate.js'
import { startProvider } from './provider.js'
import { asMember, ask, fresh, makeOrg, makeSite, openSite, register } from './server.js'
import { goTo, move } from './stage.js'

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

/** A key that sees all and changes nothing. */
export const auditorsKey = async () => (await ask('POST', '/provider/keys', { name: fresh('Auditor'), role: 'auditor' })).key

const API = '**/api/v1/**'
const ME = /^\/api\/v1\/me$/
/** Who one is, in which organization and at which site: what is known already as one goes from page to page. */
const KNOWN = /^\/api\/v1\/(me|orgs\/\d+(\/sites\/\d+)?)$/
const FAILED = {
  status: 500,
  contentType: 'application/problem+json',
  json: { type: 'urn:tmtp:problem:defect', title: 'Something is wrong on our side', status: 500, detail: 'the service has a defect' },
}
const SHOWS = { late: 'main :is(.bones, [aria-busy="true"])', wrong: 'main [role="alert"] .note' }

/** Goes to a page, and brings it into the state that is to be looked at. */
export async function show(page, { path, answers, isElsewhere, then }) {
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  if (!answers) {
    await move(page, path)
    return then?.(page)
  }
  // From a page that asks for nothing: what was asked for the page before is over, and nothing of it is known any more.
  await move(page, 'nowhere')
  const known = isElsewhere ? ME : KNOWN
  await page.route(API, (route) => {
    if (known.test(new URL(route.request().url()).pathname)) return route.continue()
    return answers === 'wrong' ? route.fulfill(FAILED) : undefined
  })
  await goTo(page, path)
  await page.locator(SHOWS[answers]).first().waitFor()
}

/** Each page once more: while what it asks for is not there yet, when that fails, and as an auditor sees it. */
function inEveryState(pages) {
  const inside = pages.filter(({ as, path }, at) => !as && pages.findIndex((page) => page.path === path) === at)
  const asking = inside.filter(({ asks }) => asks !== false)
  return [
    ...asking.map(({ name, path }) => ({ name: `${name}-late`, path, answers: 'late' })),
    ...asking.map(({ name, path }) => ({ name: `${name}-wrong`, path, answers: 'wrong' })),
    ...inside.map(({ name, path }) => ({ name: `${name}-auditor`, path, as: 'auditor' })),
  ]
}

/**
 * Pages as { name, path, as?, asks?, answers?, then? }. `as` is `nobody` or `auditor`, and else the operator. A page that
 * does not ask for anything of its own has `asks: false`. `answers` is `late` or `wrong`: what it asks for does not come,
 * or fails; with `isElsewhere`, what it asks of its organization and site, too: the page before was of another one.
 * `then` brings the page into a state of its own.
 */
export async function everyPage() {
  const site = await openSite()
  const org = await makeOrg(fresh('Acme'))
  const empty = await makeSite(org)
  const bare = await makeOrg(fresh('Bare'))
  const certified = await makeSite(org)
  await ask('PUT', `/orgs/${org.id}/sites/${certified.id}/certificate`, makeCertificate(certified.hosts))
  await ask('POST', `/orgs/1/sites/${site.id}/aliases`, { alias: fresh(`Kept ${XSS}`) })
  await ask('POST', `/orgs/1/sites/${site.id}/invitations`, { name: 'Dee', email: 'dee@acme.example', alias: fresh(`Invited ${XSS}`) })
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
    const buffer = Buffer.from('name,email,alias\nAnn,ann@acme.example,Ann Ames 1\nBob,bob at acme,Bob Bright\nCy,cy@acme.example,Cy Young 1\nDee,dee@acme.example,\n')
    await page.getByLabel('CSV file').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer })
    await page.getByText('2 rows will be left out').waitFor()
  }
  const pages = [
    { name: 'sign-in', path: '', as: 'nobody' },
    { name: 'forgotten', path: '', as: 'nobody', then: press('I have forgotten my password') },
    { name: 'elsewhere', path: '', as: 'nobody', then: (page) => elsewhere(page) },
    { name: 'elsewhere-none', path: '', as: 'nobody', then: (page) => elsewhere(page, 'ann@nowhere.example') },
    { name: 'elsewhere-ways', path: '', as: 'nobody', then: (page) => elsewhere(page, 'ann@everywhere.example') },
    { name: 'provider-code', path: 'sign-in/code', as: 'nobody' },
    { name: 'orgs', path: 'orgs' },
    { name: 'orgs-new', path: 'orgs', then: press('New organization') },
    { name: 'provider-health', path: 'provider/health' },
    { name: 'provider-keys', path: 'provider/keys' },
    { name: 'provider-people', path: 'provider/people' },
    { name: 'provider-audit', path: 'provider/audit' },
    { name: 'sites', path: `orgs/${org.id}` },
    { name: 'wizard', path: `orgs/${org.id}/new-site`, asks: false },
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
    { name: 'org-settings', path: `orgs/${org.id}/settings`, asks: false },
    { name: 'site', path: at },
    { name: 'members', path: `${at}/members` },
    { name: 'member', path: `${at}/members/${member}` },
    { name: 'member-remove', path: `${at}/members/${member}`, then: press('Remove') },
    { name: 'invitations', path: `${at}/invitations` },
    { name: 'invitations-new', path: `${at}/invitations`, then: press('Invite somebody') },
    { name: 'import', path: `${at}/invitations/import`, asks: false },
    { name: 'import-preview', path: `${at}/invitations/import`, then: give },
    { name: 'devices', path: `${at}/devices` },
    { name: 'aliases', path: `${at}/aliases` },
    { name: 'aliases-keep', path: `${at}/aliases`, then: press('Keep an alias') },
    { name: 'usage', path: `${at}/usage`, then: (page) => page.getByText('The same as a table').click() },
    { name: 'certificate', path: `orgs/${org.id}/sites/${certified.id}/certificate` },
    { name: 'aliases-retire', path: `${at}/aliases`, then: (page) => page.getByRole('button', { name: /^Retire/ }).first().click() },
    { name: 'groups', path: `${at}/groups` },
    { name: 'group', path: `${at}/groups/${encodeURIComponent(group)}` },
    { name: 'group-drop', path: `${at}/groups/${encodeURIComponent(group)}`, then: (page) => page.getByRole('button', { name: /^Take / }).first().click() },
    { name: 'member-revoke', path: `${at}/members/${member}`, then: (page) => page.getByRole('button', { name: /^Revoke/ }).click() },
    { name: 'group-remove', path: `${at}/groups/${encodeURIComponent(group)}`, then: press('Remove group') },
    { name: 'org-audit-row', path: 'orgs/1/audit', then: (page) => page.getByRole('button', { name: /^Details/ }).first().click() },
    { name: 'policies', path: `${at}/policies`, asks: false },
    { name: 'site-settings', path: `${at}/settings`, asks: false },
    { name: 'account', path: 'account', asks: false },
    { name: 'lost', path: 'nowhere', asks: false },
  ]
  const rare = [
    { name: 'org-late', path: `orgs/${org.id}`, answers: 'late', isElsewhere: true },
    { name: 'site-late', path: at, answers: 'late', isElsewhere: true },
    { name: 'org-wrong', path: `orgs/${org.id}`, answers: 'wrong', isElsewhere: true },
    { name: 'site-wrong', path: at, answers: 'wrong', isElsewhere: true },
    { name: 'members-empty', path: `orgs/${org.id}/sites/${empty.id}/members` },
    { name: 'aliases-empty', path: `orgs/${org.id}/sites/${empty.id}/aliases` },
    { name: 'usage-empty', path: `orgs/${org.id}/sites/${empty.id}/usage` },
    { name: 'certificate-empty', path: `orgs/${org.id}/sites/${empty.id}/certificate` },
    { name: 'certificate-new', path: `orgs/${org.id}/sites/${empty.id}/certificate`, then: press('Bring a certificate') },
    { name: 'orgs-none', path: 'orgs?q=nobody%20has%20this%20name' },
    { name: 'sites-empty', path: `orgs/${bare.id}` },
    { name: 'org-keys-empty', path: `orgs/${bare.id}/keys` },
    { name: 'org-people-empty', path: `orgs/${bare.id}/people` },
    { name: 'org-providers-empty', path: `orgs/${bare.id}/providers` },
    { name: 'user-providers-empty', path: `orgs/${bare.id}/user-providers` },
    { name: 'org-usage-empty', path: `orgs/${bare.id}/usage` },
    { name: 'invitations-empty', path: `orgs/${org.id}/sites/${empty.id}/invitations` },
    { name: 'devices-empty', path: `orgs/${org.id}/sites/${empty.id}/devices` },
    { name: 'groups-empty', path: `orgs/${org.id}/sites/${empty.id}/groups` },
  ]
  return [...pages, ...inEveryState(pages), ...rare]
}
