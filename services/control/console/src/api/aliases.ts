import { call, path, type Query } from './call'
import type { Alias, Listed, Site } from './types'

const at = (site: Site, ...parts: string[]) => path('orgs', site.org, 'sites', site.id, 'aliases', ...parts)

export const list = (site: Site, query: Query, signal?: AbortSignal) => call<Listed<Alias>>('GET', at(site), { query, signal })

/** Kept for a member to come, or given to one. Doing it twice does nothing. */
export const keep = (site: Site, alias: string, uid?: string) =>
  call<Alias>('POST', at(site), { body: uid === undefined ? { alias } : { alias, uid } })

export const retire = (site: Site, alias: string) => call<Alias>('POST', at(site, alias, 'retire'))

/** Lets go of one that is reserved. */
export const free = (site: Site, alias: string) => call<void>('DELETE', at(site, alias))
