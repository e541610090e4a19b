// The server under test: its API as an operator, and members who register with it.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const needed = (name) => process.env[name] ?? fail(`set ${name}, or run deploy/console-check.sh`)
const fail = (text) => {
  throw new Error(text)
}

export const origin = needed('CONSOLE_URL')
export const operator = needed('TMTP_ADMIN_KEY')
/** The link to sign in with that the server printed. */
export const demoLink = needed('CONSOLE_LINK')
const address = needed('TMTP_ADDRESS')
const tmtp = process.env.TMTP_BIN ?? join(dirname(needed('TMTPD_BIN')), 'tmtp')
const profiles = mkdtempSync(join(tmpdir(), 'tmtp-console-members-'))
process.on('exit', () => rmSync(profiles, { recursive: true, force: true }))
let count = 0

/** Asks the API; with the operator's key unless another is given. */
export async function ask(method, path, body, { key = operator, headers = {} } = {}) {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
}

/** A name that nobody has had. */
export const fresh = (name) => `${name} ${process.pid}-${(count += 1)}`

/** An organization of its own, so that tests do not see each other's. */
export const makeOrg = (name = fresh('Org')) => ask('POST', '/orgs', { name, limits: { sites_max: 20 } })

export const makeSite = (org, name = fresh('Site'), settings = { registration: 'open' }) =>
  ask('POST', `/orgs/${org.id}/sites`, { name, hosts: [`h${process.pid}-${(count += 1)}.example`], settings })

/** A key of an organization. */
export const makeKey = async (org, role) => (await ask('POST', `/orgs/${org.id}/keys`, { name: `test ${role}`, role })).key

/** The site that members can reach by the server's address. */
export async function openSite() {
  const { items } = await ask('GET', '/orgs/1/sites')
  return items[0]
}

/** Registers a member with the command-line client. Returns the account, for `asMember`. */
export async function register(alias, label = 'Laptop') {
  const account = `m${(count += 1)}`
  await asMember(account, 'register', '--site', address, '--alias', alias, '--node-label', label)
  return account
}

/** Registers at a host of the server with the answer of a sign-in, once the site is known there. */
export async function registerAt(host, alias, granted) {
  const file = join(profiles, `granted-${(count += 1)}.json`)
  writeFileSync(file, JSON.stringify(granted))
  const words = ['register', '--site', `=${host}:${address.split(':').at(-1)}`, '--alias', alias, '--oidc', file]
  for (let tries = 20; ; tries -= 1) {
    try {
      return await asMember(`m${(count += 1)}`, ...words)
    } catch (error) {
      if (tries === 0) throw error
    }
  }
}

export const asMember = (account, ...args) =>
  run(tmtp, ['--profile', profiles, '--account', account, ...args], { timeout: 20_000 })
