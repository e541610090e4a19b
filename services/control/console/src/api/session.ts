import { call, path } from './call'
import type { Credentials, LinkSeen, LinkUsed, Listed, Me, PasswordNew, RecoveryCodes, Session, TotpOffer, Way } from './types'

export const me = () => call<Me>('GET', '/me')
export const signIn = (body: Credentials) => call<Me>('POST', '/sign-in', { body })
/** The providers of its organization's that an account can sign in with. */
export const ways = (email: string, org: number | null) => call<{ providers: Way[] }>('POST', '/sign-in/ways', { body: { email, org } })
/** Where to go to sign in with one of them. */
export const leave = (email: string, provider: number, org: number | null) =>
  call<{ url: string }>('POST', '/sign-in/leave', { body: { email, provider, org } })
export const finish = (code: string) => call<Me>('POST', '/sign-in/code', { body: { code } })
export const look = (token: string) => call<LinkSeen>('POST', '/sign-in/link/look', { body: { token } })
export const useLink = (body: LinkUsed) => call<Me>('POST', '/sign-in/link', { body })
export const forgotten = (email: string) => call<void>('POST', '/sign-in/forgotten', { body: { email } })
export const signOut = () => call<void>('POST', '/sign-out')
export const sessions = (signal?: AbortSignal) => call<Listed<Session>>('GET', '/me/sessions', { signal })
export const endSession = (id: number) => call<void>('DELETE', path('me', 'sessions', id))
export const setPassword = (body: PasswordNew) => call<void>('PUT', '/me/password', { body })
export const beginTotp = (password: string) => call<TotpOffer>('POST', '/me/totp', { body: { password } })
export const confirmTotp = (code: string) => call<RecoveryCodes>('POST', '/me/totp/confirm', { body: { code } })
export const endTotp = (password: string) => call<void>('DELETE', '/me/totp', { body: { password } })
