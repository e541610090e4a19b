// Parts of the API that the server under test may not have yet: signing in, people, invitations. Each gives way as soon
// as the server's description names it.
import { ask, makeKey, origin } from './server.js'
import { codeOf } from './totp.js'

const PARTS = {
  signIn: { named: '/api/v1/sign-in', at: /^\/(sign-in|sign-out|me)(\/|$)/ },
  users: { named: '/api/v1/orgs/{org}/users', at: /^\/(orgs\/\d+|provider)\/users/ },
  invitations: { named: '/api/v1/orgs/{org}/sites/{site}/invitations', at: /^\/orgs\/\d+\/sites\/\d+\/invitations/ },
}

const problem = (status, kind, detail, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: `urn:tmtp:problem:${kind}`, title: kind, status, detail }),
})
const SECRET = 'JBSWY3DPEHPK3PXP'
const RECOVERY = ['abcd-efgh', 'ijkl-mnop']
const isCode = (code) => code === codeOf(SECRET) || RECOVERY.includes(code)
const json = (value, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(value) })
const nothing = (status = 204) => ({ status, body: '' })

/** What the made-up parts remember; several browsers may share it. */
export class Fakes {
  users = []
  links = new Map()
  invitations = []
  #next = 1
  #missing = null

  /** Stands between a browser and the server. */
  async stand(context) {
    const { paths } = await ask('GET', '/openapi.json')
    this.#missing ??= Object.values(PARTS).filter(({ named }) => !(named in paths))
    const session = { user: null, key: null }
    if (this.#missing.length === 0) return
    await context.route(`${origin}/api/v1/**`, (route) => this.#answer(route, session))
  }

  async #answer(route, session) {
    const request = route.request()
    const path = new URL(request.url()).pathname.replace('/api/v1', '')
    const isFaked = this.#missing.some(({ at }) => at.test(path))
    const body = request.postData() ? request.postDataJSON() : null
    const answer = isFaked ? await this.#fake(request.method(), path, body, session, request.headers()) : null
    if (answer) return route.fulfill(answer)
    const headers = session.key ? { ...request.headers(), authorization: `Bearer ${session.key}` } : request.headers()
    return route.continue({ headers })
  }

  #fake(method, path, body, session, headers) {
    if (path.startsWith('/sign-in')) return this.#signIn(path, body, session)
    if (path === '/sign-out') return Object.assign(session, { user: null, key: null }) && nothing()
    if (path.startsWith('/me')) return headers.authorization ? null : this.#me(method, path, body, session)
    if (path.includes('/invitations')) return this.#invite(method, path, body)
    return this.#people(method, path, body)
  }

  async #signIn(path, body, session) {
    if (path === '/sign-in/forgotten') return nothing(202)
    if (path === '/sign-in/link/look') {
      const user = this.links.get(body.token)
      if (!user) return problem(410, 'link-ended', 'this link was used, replaced, or its time is over')
      return json({ purpose: 'invitation', email: user.email, name: user.name, org_name: user.org_name, needs_password: true })
    }
    const user = path === '/sign-in/link' ? this.links.get(body.token) : this.users.find(({ email }) => email === body.email)
    if (path === '/sign-in/link' && user) Object.assign(user, { password: body.password, name: body.name ?? user.name, has_password: true })
    if (!user || user.password !== body.password) return problem(401, 'wrong-credentials', 'the e-mail address or the password is wrong')
    if (user.has_totp && !isCode(body.code)) return problem(401, 'code-needed', 'give the code of your authenticator app')
    if (body.token) this.links.delete(body.token)
    Object.assign(session, { user, key: await user.key })
    return json(me(user))
  }

  #me(method, path, body, session) {
    const { user } = session
    if (!user) return problem(401, 'unauthorized', 'sign in first')
    if (path === '/me') return json(me(user))
    if (path === '/me/sessions') {
      const at = new Date().toISOString()
      return json({ items: [{ id: 1, created_at: at, used_at: at, address: '127.0.0.1', agent: 'Firefox on Linux', current: true }], next: null })
    }
    if (path === '/me/totp' && method === 'POST') return json({ secret: SECRET, uri: `otpauth://totp/TMTP:ann?secret=${SECRET}` })
    if (path === '/me/totp/confirm') {
      if (!isCode(body.code)) return problem(422, 'invalid', 'this is not the code')
      user.has_totp = true
      return json({ recovery_codes: RECOVERY })
    }
    if (path === '/me/password') {
      if (body.old !== user.password) return problem(401, 'wrong-credentials', 'the present password is wrong')
      user.password = body.new
      return nothing()
    }
    if (path === '/me/totp') user.has_totp = false
    return nothing()
  }

  async #people(method, path, body) {
    const [, owner, id, below] = /^\/(orgs\/\d+|provider)\/users(?:\/(\d+))?(\/link)?$/.exec(path)
    const user = this.users.find((one) => one.id === Number(id))
    if (method === 'GET') return json({ items: this.users.filter((one) => one.owner === owner).map(shown), next: null })
    if (method === 'POST' && !id) return json({ ...shown(await this.#makeUser(owner, body)), link: this.#link(), mailed: false }, 201)
    if (!user) return problem(404, 'absent', 'there is no such person')
    if (below) return json({ link: this.#link(user), mailed: false })
    if (method === 'DELETE') this.users.splice(this.users.indexOf(user), 1)
    else return json(shown(Object.assign(user, body)))
    return nothing()
  }

  async #makeUser(owner, { email, name = '', role }) {
    const org = owner === 'provider' ? null : await ask('GET', `/${owner}`)
    const user = {
      id: this.#next++, owner, email, name, role, suspended: false, created_at: new Date().toISOString(), signed_in_at: null,
      has_password: false, has_totp: false, version: 1, org: org?.id ?? null, org_name: org?.name ?? null,
      key: org ? makeKey(org, role) : null,
    }
    this.users.push(user)
    return user
  }

  #link(user = this.users.at(-1)) {
    const token = `token-${this.#next++}`
    this.links.set(token, user)
    return `${origin}/#/welcome/${token}`
  }

  #invite(method, path, body) {
    const [, id] = /\/invitations(?:\/(\d+))?$/.exec(path)
    if (method === 'GET') return json({ items: this.invitations.toReversed(), next: null })
    if (method === 'DELETE') {
      const found = this.invitations.find((one) => one.id === Number(id))
      Object.assign(found, { state: 'revoked', revoked_at: new Date().toISOString() })
      return nothing()
    }
    const uses = body.uses ?? 1
    const made = {
      id: this.#next++, alias: body.alias ?? null, email: body.email ?? null, name: body.name ?? null, uses_left: uses, uses_max: uses,
      created_at: new Date().toISOString(), made_by: 'test', expires_at: body.expires_at ?? null, revoked_at: null, state: 'pending',
    }
    this.invitations.push(made)
    return json({ ...made, code: `code-${made.id}`, link: `${origin}/join/code-${made.id}`, mailed: false }, 201)
  }
}

const me = ({ name, email, role, org, org_name, has_totp }) => ({ kind: 'user', name, email, role, org, org_name, has_totp })
const shown = ({ owner, password, key, org, org_name, ...user }) => user
