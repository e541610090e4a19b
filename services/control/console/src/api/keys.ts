import { call, path, type Query } from './call'
import { owned, type Owner } from './owner'
import type { Key, KeyMade, KeyNew, Listed } from './types'

export const list = (owner: Owner, query: Query, signal?: AbortSignal) =>
  call<Listed<Key>>('GET', owned(owner, 'keys'), { query, signal })

export const create = (owner: Owner, body: KeyNew, once: string) =>
  call<KeyMade>('POST', owned(owner, 'keys'), { body, once })

export const revoke = (owner: Owner, key: number) => call<void>('DELETE', owned(owner, 'keys') + path(key))
