import { call, path, type Query } from './call'
import { owned, type Owner } from './owner'
import type { Listed, User, UserLinked, UserNew, UserPatch } from './types'

export const list = (owner: Owner, query: Query, signal?: AbortSignal) =>
  call<Listed<User>>('GET', owned(owner, 'users'), { query, signal })

export const create = (owner: Owner, body: UserNew, once: string) =>
  call<UserLinked>('POST', owned(owner, 'users'), { body, once })

export const change = (owner: Owner, user: User, body: UserPatch) =>
  call<User>('PATCH', owned(owner, 'users') + path(user.id), { body, version: user.version })

export const remove = (owner: Owner, user: User) => call<void>('DELETE', owned(owner, 'users') + path(user.id))

/** A new link to sign in and set a password. */
export const link = (owner: Owner, user: User) =>
  call<UserLinked>('POST', owned(owner, 'users') + path(user.id, 'link'))

/** Takes a lost second factor. */
export const takeTotp = (owner: Owner, user: User) =>
  call<void>('DELETE', owned(owner, 'users') + path(user.id, 'totp'))
