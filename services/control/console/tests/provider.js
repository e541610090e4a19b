// A sign-in provider: who it says it is, its keys, and people who sign in there without typing anything.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Starts one on a free port, where `person` is signed in; `close` stops it. */
export async function startProvider(person = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }]
  const given = new Map()

  /** Sends back at once whoever comes, with a code. */
  function authorize(asked, answer) {
    const code = randomBytes(16).toString('hex')
    given.set(code, asked)
    const back = new URL(asked.get('redirect_uri'))
    back.searchParams.set('code', code)
    back.searchParams.set('state', asked.get('state'))
    answer.writeHead(302, { location: back.href, connection: 'close' }).end()
  }

  function token(form, answer) {
    const asked = given.get(form.get('code'))
    given.delete(form.get('code'))
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    if (asked?.get('code_challenge') !== challenge) return json(answer, 400, { error: 'invalid_grant' })
    return json(answer, 200, grant(asked.get('client_id'), asked.get('nonce')))
  }

  /** What a client gets for its code. */
  function grant(aud, nonce) {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud, iat: now, exp: now + 300, nonce, email_verified: true, ...person }
    const signed = `${b64({ alg: 'RS256', kid: 'one' })}.${b64(claims)}`
    const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })))
    return { id_token: `${signed}.${signature.toString('base64url')}`, token_type: 'Bearer' }
  }

  const json = (answer, status, body) =>
    answer.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body))

  const server = createServer((request, answer) => {
    const url = new URL(request.url, issuer)
    if (url.pathname === '/authorize') return authorize(url.searchParams, answer)
    if (url.pathname === '/token') {
      let text = ''
      request.on('data', (part) => (text += part)).on('end', () => token(new URLSearchParams(text), answer))
      return undefined
    }
    const about = {
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`,
    }
    const found = { '/.well-known/openid-configuration': about, '/keys': { keys } }[request.url]
    return json(answer, found ? 200 : 404, found ?? {})
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  const issuer = `http://127.0.0.1:${server.address().port}`
  return { issuer, grant, close: () => new Promise((done) => server.close(done)) }
}
