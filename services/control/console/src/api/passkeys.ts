import { call, path } from './call'
import { Failure } from './failure'
import type { Listed, Me, Passkey } from './types'

/** What a device is to be asked: the description of the API leaves it to WebAuthn. */
type Question<T> = { options: { publicKey: T } }

/** Whether this browser has passkeys, at the address that the console is open at: none for one in numbers. */
export const hasPasskeys = () =>
  window.isSecureContext &&
  'PublicKeyCredential' in window &&
  'parseCreationOptionsFromJSON' in PublicKeyCredential &&
  !/^[\d.]+$|^\[/.test(location.hostname)

export const passkeys = (signal?: AbortSignal) => call<Listed<Passkey>>('GET', '/me/passkeys', { signal })
export const removePasskey = (id: number, password: string) =>
  call<void>('DELETE', path('me', 'passkeys', id), { body: password ? { password } : {} })

/** Has a device of its owner's make a passkey, and adds it. */
export async function addPasskey(label: string, password: string): Promise<Passkey> {
  const body = password ? { password } : {}
  const { options } = await call<Question<PublicKeyCredentialCreationOptionsJSON>>('POST', '/me/passkeys/offer', { body })
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey)
  const credential = await answered(navigator.credentials.create({ publicKey }))
  return call<Passkey>('POST', '/me/passkeys', { body: { label, credential } })
}

/** Signs in with a passkey, of whomever the device says that they are. */
export async function signInWithPasskey(): Promise<Me> {
  const { options } = await call<Question<PublicKeyCredentialRequestOptionsJSON>>('POST', '/sign-in/passkey')
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey)
  const credential = await answered(navigator.credentials.get({ publicKey }))
  return call<Me>('POST', '/sign-in/passkey/answer', { body: { credential } })
}

/** What the device gave, in JSON. */
async function answered(asked: Promise<Credential | null>): Promise<unknown> {
  const credential = await asked.catch((error: unknown) => {
    throw new Failure('no-passkey', 0, 'No passkey', why(error))
  })
  return (credential as PublicKeyCredential).toJSON()
}

function why(error: unknown): string {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'InvalidStateError') return 'This device has a passkey of yours already.'
  if (name === 'SecurityError') return 'Passkeys do not work at this address. Open the console at the address that its operator gave it.'
  return 'No passkey was given: nobody confirmed it, it took too long, or the device has none.'
}
