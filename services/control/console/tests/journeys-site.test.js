// What a site is served with, what it is used for, and the names in it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PHONE } from './browser.js'
import { makeCertificate } from './certificate.js'
import { ask, asMember, fresh, makeKey, makeOrg, makeSite, openSite, register } from './server.js'
import { heading, move, stage } from './stage.js'

const { visit } = stage()
const file = (name, text) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) })

test('the figures of a site move while somebody looks at them, as lines and as a table, and are kept from page to page', async () => {
  const site = await openSite()
  const at = `orgs/1/sites/${site.id}`
  const [sender, away] = [await register(fresh('Lena Live')), fresh('Otto Online')]
  const receiver = await register(away)
  const connected = async () => (await ask('GET', `/${at}/figures`)).connected
  const before = await connected()
  const page = await visit(at)
  const soon = { timeout: 60_000 }
  const line = (name) => page.getByRole('img', { name })
  await line(/^Devices connected/).waitFor()
  const listening = asMember(receiver, 'listen', '--once')
  const end = Date.now() + 15_000
  while ((await connected()) <= before) assert.ok(Date.now() < end, 'nobody is connected')
  await asMember(sender, 'ping', '--to', away, 'it comes at once')
  await listening
  await line(/^Messages a minute [1-9]/).waitFor(soon)
  await line(/^95 of 100 delivered within (0\.1|0\.5|1|5) s/).waitFor(soon)
  await page.getByText(/^Collecting/).first().waitFor({ state: 'detached' })
  await page.getByText('The same as a table').click()
  const row = page.getByRole('table', { name: 'The last ten minutes' }).getByRole('row').nth(1)
  assert.match(await row.innerText(), /^\d\d:\d\d\s/)
  await move(page, `${at}/members`)
  await move(page, at)
  await line(/^Devices connected/).waitFor()
  assert.equal(await page.getByText(/^Collecting/).count(), 0)
})

test('a certificate is brought, replaced after a wrong one was refused, and removed by typing the host name', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const [good, other] = [makeCertificate(site.hosts), makeCertificate(['elsewhere.example'])]
  const page = await visit(`orgs/${org.id}/sites/${site.id}/certificate`, { key: await makeKey(org, 'admin') })
  await page.getByText('No certificate of its own').waitFor()
  await page.getByRole('button', { name: 'Bring a certificate' }).first().click()
  await page.getByRole('button', { name: 'Use certificate' }).click()
  await page.getByText('Choose the file with the key.').waitFor()
  await page.getByLabel('Certificate and chain').setInputFiles(file('chain.pem', other.chain))
  await page.getByLabel('Private key').setInputFiles(file('key.pem', other.key))
  await page.getByRole('button', { name: 'Use certificate' }).click()
  await page.getByRole('dialog').getByText(`not for the site's host names ${site.hosts[0]}`).waitFor()
  await page.getByLabel('Certificate and chain').setInputFiles(file('chain.pem', good.chain))
  await page.getByRole('button', { name: 'Use certificate' }).click()
  await page.getByText('the key is not that of the first certificate').waitFor()
  await page.getByLabel('Private key').setInputFiles(file('key.pem', good.key))
  await page.getByRole('button', { name: 'Use certificate' }).click()
  await page.getByText('It is self-signed.').waitFor()
  assert.equal((await page.content()).includes('PRIVATE KEY'), false)
  const { own } = await ask('GET', `/orgs/${org.id}/sites/${site.id}/certificate`)
  assert.deepEqual([own.names, own.state], [site.hosts, 'good'])
  await page.getByText(own.sha256).waitFor()
  await page.getByRole('button', { name: 'Remove certificate' }).click()
  await page.getByLabel('Name to confirm').fill(site.hosts[0])
  await page.getByRole('dialog').getByRole('button', { name: 'Remove certificate' }).click()
  await page.getByText('No certificate of its own').waitFor()
})

test('a certificate is ordered from an authority, what stands in the way is told, and the order is taken back', async () => {
  const org = await makeOrg()
  const site = await makeSite(org)
  const page = await visit(`orgs/${org.id}/sites/${site.id}/certificate`, { key: await makeKey(org, 'admin') })
  await page.getByRole('button', { name: 'Have it issued' }).click()
  await page.getByText('The last order failed.').waitFor()
  await page.getByText(/the certificate authority: .*refused/i).waitFor()
  await page.getByRole('button', { name: 'Stop ordering certificates' }).click()
  await page.getByLabel('Name to confirm').fill(site.hosts[0])
  await page.getByRole('dialog').getByRole('button', { name: 'Stop ordering' }).click()
  await page.getByRole('button', { name: 'Have it issued' }).waitFor()
  const { automatic } = await ask('GET', `/orgs/${org.id}/sites/${site.id}/certificate`)
  assert.equal(automatic, null)
})

test('what members do shows in the usage of their site, as charts, as a table and as a file', async () => {
  const site = await openSite()
  const alias = fresh('Una Used')
  const account = await register(alias)
  await asMember(account, 'ping', '--to', alias, 'it counts')
  const page = await visit(`orgs/1/sites/${site.id}/usage`)
  await heading(page, 'Usage')
  await page.getByRole('img', { name: /^Messages sent/ }).waitFor()
  await page.getByText('The same as a table').click()
  const row = page.getByRole('table', { name: 'Usage by day' }).getByRole('row').nth(1)
  const { days } = await ask('GET', `/orgs/1/sites/${site.id}/usage`)
  const today = days.at(-1)
  assert.ok(today.messages > 0 && today.active > 0, JSON.stringify(today))
  assert.match(await row.innerText(), new RegExp(`\\b${today.messages}\\b`))
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()])
  assert.match(download.suggestedFilename(), /^usage-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  const text = readFileSync(await download.path(), 'utf8')
  assert.ok(text.startsWith('site,name,day,members,active,messages,octets,links_peak,deliveries,deliveries_within_1s,delivery_p95_ms\r\n'), text)
  assert.ok(text.includes(`,${today.day},`), text)
  await page.getByLabel('Which days').selectOption('The last 365 days')
  await page.getByRole('img', { name: /^Messages sent/ }).waitFor()
})

test('a site that nobody uses says so', async () => {
  const org = await makeOrg()
  const page = await visit(`orgs/${org.id}/usage`, { key: await makeKey(org, 'auditor') })
  await page.getByText('Nothing counted yet').waitFor()
})

test('an alias is reserved, given to a member, and retired by typing it; another is let go', async () => {
  const site = await openSite()
  const [alias, other] = [fresh('Support desk'), fresh('Kept in vain')]
  const owner = fresh('Will Winner')
  await register(owner)
  const found = await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(owner)}`)
  const uid = found.items[0].uid
  const page = await visit(`orgs/1/sites/${site.id}/aliases`)
  const search = async (text) => page.getByLabel('Search by alias').fill(text)
  for (const name of [alias, other]) {
    await page.getByRole('button', { name: 'Keep an alias' }).first().click()
    await page.getByLabel('Alias', { exact: true }).fill(name)
    await page.getByRole('button', { name: 'Reserve alias' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await search(other)
  await page.getByRole('button', { name: `Let go of ${other}` }).click()
  await page.getByRole('button', { name: 'Let alias go' }).click()
  await page.getByText('No such alias').waitFor()
  await search(alias)
  await page.getByRole('button', { name: `Give ${alias} to a member` }).click()
  await page.getByLabel('Uid of the member').fill('NOBODY')
  await page.getByRole('button', { name: 'Give alias' }).click()
  await page.getByRole('dialog').getByRole('alert').getByText(/no such member/i).waitFor()
  await page.getByLabel('Uid of the member').fill(uid)
  await page.getByRole('button', { name: 'Give alias' }).click()
  await page.getByRole('link', { name: uid }).waitFor()
  await page.getByRole('button', { name: `Retire ${alias}` }).click()
  await page.getByLabel('Name to confirm').fill(alias)
  await page.getByRole('button', { name: 'Retire alias' }).click()
  await page.getByText('Retired', { exact: true }).waitFor()
  const { items } = await ask('GET', `/orgs/1/sites/${site.id}/aliases?q=${encodeURIComponent(alias)}`)
  assert.deepEqual(items, [{ alias, uid: null, reserved: false, invitation: null }])
})

test('a member is taken out of a group, and the group removed by typing its name, and both are told to devices', async () => {
  const site = await openSite()
  const [maker, friend, group] = [fresh('Mona Maker'), fresh('Finn Friend'), fresh('Book club')]
  const [monas, finns] = [await register(maker), await register(friend)]
  await asMember(monas, 'group', 'invite', '--to', friend, group)
  await asMember(finns, 'listen', '--once')
  await asMember(finns, 'group', 'join', group)
  const at = `orgs/1/sites/${site.id}/groups`
  const page = await visit(at, { viewport: PHONE })
  await page.getByLabel('Search by name').fill(group)
  await page.getByRole('link', { name: group }).click()
  await page.getByRole('button', { name: `Take out ${friend}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click()
  await page.getByText('Barred').waitFor()
  assert.equal(await page.getByRole('button', { name: `Take out ${friend}` }).count(), 0)
  await assert.rejects(asMember(finns, 'group', 'post', group, 'I am still here'), /unknown/)
  const heard = async (account) => (await asMember(account, '--json', 'listen', '--once')).stdout
  const told = (alias) => new RegExp(`"drop".*${alias}|${alias}.*"drop"`)
  for (const account of [monas, finns]) assert.match(await heard(account), told(friend))
  await page.getByRole('button', { name: 'Remove group' }).click()
  await page.getByLabel('Name to confirm').fill(group.toLowerCase())
  await page.getByRole('dialog').getByRole('button', { name: 'Remove group' }).click()
  await page.getByText('This is not the name above.').waitFor()
  await page.getByLabel('Name to confirm').fill(group)
  await page.getByRole('dialog').getByRole('button', { name: 'Remove group' }).click()
  await heading(page, 'Groups')
  await assert.rejects(asMember(monas, 'group', 'post', group, 'anybody?'), /unknown/)
  assert.match(await heard(monas), told(maker))
  await move(page, 'orgs/1/audit')
  for (const deed of ['removed the group', 'took a member out of the group']) await page.getByText(deed).first().waitFor()
})

test('who only looks is offered neither at a group', async () => {
  const site = await openSite()
  const [maker, friend, group] = [await register(fresh('Mia Maker')), fresh('Fay Friend'), fresh('Chess club')]
  await register(friend)
  await asMember(maker, 'group', 'invite', '--to', friend, group)
  const page = await visit(`orgs/1/sites/${site.id}/groups/${encodeURIComponent(group)}`, { key: await makeKey({ id: 1 }, 'support') })
  await page.getByText(/you may not take members out of groups/).waitFor()
  await page.getByRole('link', { name: /./ }).first().waitFor()
  assert.equal(await page.getByRole('button', { name: /Take|Remove/ }).count(), 0)
})

test('devices that messages wait for are found among all', async () => {
  const site = await openSite()
  const [sender, receiver] = [fresh('Sara Sender'), fresh('Rolf Receiver')]
  const [saras, rolfs] = [await register(sender), await register(receiver)]
  await asMember(saras, 'ping', '--to', receiver, 'Are you there?')
  const [{ uid }] = (await ask('GET', `/orgs/1/sites/${site.id}/members?q=${encodeURIComponent(receiver)}`)).items
  const page = await visit(`orgs/1/sites/${site.id}/devices?state=awaited`, { viewport: PHONE })
  await page.getByRole('link', { name: uid }).waitFor()
  await asMember(rolfs, 'listen', '--once')
  await page.getByLabel('Which').selectOption('connected')
  await page.getByText('No such devices').waitFor()
  assert.match(page.url(), /devices\?state=connected$/)
  await page.getByLabel('Which').selectOption('awaited')
  await page.getByRole('link', { name: uid }).waitFor({ state: 'detached' })
})
