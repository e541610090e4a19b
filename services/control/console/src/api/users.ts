import { call, path, type Query } from './call'
import { owned, type Owner } from './owner'
import type { LinkMade, Listed, User, UserMade } from './types'

export type UserNew = { email: string; name?: string; role: string }
export type UserPatch = { name?: string; role?: string; suspended?: boolean }

export const list = (owner: Owner, query: Query, signal?: AbortSignal) =>
  call<Listed<User>>('GET', owned(owner, 'users'), { query, signal })

export const create = (owner: Owner, body: UserNew, once: string) =>
  call<UserMade>('POST', owned(owner, 'users'), { body, once })

export const change = (owner: Owner, user: User, body: UserPatch) =>
  call<User>('PATCH', owned(owner, 'users') + path(user.id), { body, version: user.version ?? 1 })

export const remove = (owner: Owner, user: User) => call<void>('DELETE', owned(owner, 'users') + path(user.id))

/** A new link to sign in and set a password. */
export const link = (owner: Owner, user: User) =>
  call<LinkMade>('POST', owned(owner, 'users') + path(user.id, 'link'))
