import { address, call, type Query } from './call'
import { owned, type Owner } from './owner'
import type { Deed, Listed, Verdict } from './types'

export const list = (owner: Owner, query: Query, signal?: AbortSignal) =>
  call<Listed<Deed>>('GET', owned(owner, 'audit'), { query, signal })

export const verify = (owner: Owner) => call<Verdict>('GET', owned(owner, 'audit', 'verify'))

/** Where the export is downloaded. */
export const exported = (owner: Owner, query: Query) => address(owned(owner, 'audit', 'export'), query)
