import { call, path } from './call'
import type { LinkSeen, Listed, Me, Session } from './types'

export type Credentials = { email: string; password: string; code?: string }
export type LinkUsed = { token: string; password?: string; name?: string; email?: string; code?: string }

export const me = () => call<Me>('GET', '/me')
export const signIn = (body: Credentials) => call<Me>('POST', '/sign-in', { body })
export const look = (token: string) => call<LinkSeen>('POST', '/sign-in/link/look', { body: { token } })
export const useLink = (body: LinkUsed) => call<Me>('POST', '/sign-in/link', { body })
export const forgotten = (email: string) => call<void>('POST', '/sign-in/forgotten', { body: { email } })
export const signOut = () => call<void>('POST', '/sign-out')
export const sessions = (signal?: AbortSignal) => call<Listed<Session>>('GET', '/me/sessions', { signal })
export const endSession = (id: number) => call<void>('DELETE', path('me', 'sessions', id))
export const setPassword = (body: { old?: string; new: string }) => call<void>('PUT', '/me/password', { body })
export const beginTotp = () => call<{ secret: string; uri: string }>('POST', '/me/totp')
export const confirmTotp = (code: string) =>
  call<{ recovery_codes: string[] }>('POST', '/me/totp/confirm', { body: { code } })
export const endTotp = (password: string) => call<void>('DELETE', '/me/totp', { body: { password } })
