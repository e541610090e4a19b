// A sign-in provider as far as the service looks at it before members come: who it says it is, and its keys.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'

/** Starts one on a free port; `close` stops it. */
export async function startProvider() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }]
  const server = createServer((request, answer) => {
    const about = {
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`,
    }
    const found = { '/.well-known/openid-configuration': about, '/keys': { keys } }[request.url]
    answer.writeHead(found ? 200 : 404, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(found ?? {}))
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  const issuer = `http://127.0.0.1:${server.address().port}`
  return { issuer, close: () => new Promise((done) => server.close(done)) }
}
