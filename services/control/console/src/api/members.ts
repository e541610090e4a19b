import { call, file, path, type Query } from './call'
import type { ErasureReceipt, Group, InGroup, Listed, Member, MemberWithNodes, Node, Site } from './types'

const at = (site: Site, ...parts: (string | number)[]) => path('orgs', site.org, 'sites', site.id, ...parts)

export const list = (site: Site, query: Query, signal?: AbortSignal) =>
  call<Listed<Member>>('GET', at(site, 'members'), { query, signal })

export const show = (site: Site, uid: string, signal?: AbortSignal) =>
  call<MemberWithNodes>('GET', at(site, 'members', uid), { signal })

export const suspend = (site: Site, uid: string) => call<Member>('POST', at(site, 'members', uid, 'suspend'))

export const resume = (site: Site, uid: string) => call<Member>('POST', at(site, 'members', uid, 'resume'))

/** Forgets who it is at its sign-in provider. */
export const forgetSignIn = (site: Site, uid: string) => call<Member>('POST', at(site, 'members', uid, 'forget-sign-in'))

export const remove = (site: Site, uid: string) => call<void>('DELETE', at(site, 'members', uid))

/** All that is kept about it, as a zip. */
export const exported = (site: Site, uid: string) => file('POST', at(site, 'members', uid, 'export'))

/** Erases all that is kept about it. */
export const erase = (site: Site, uid: string) => call<ErasureReceipt>('POST', at(site, 'members', uid, 'erase'))

export const nodes = (site: Site, query: Query, signal?: AbortSignal) =>
  call<Listed<Node>>('GET', at(site, 'nodes'), { query, signal })

export const revoke = (site: Site, node: number) => call<void>('DELETE', at(site, 'nodes', node))

export const groups = (site: Site, query: Query, signal?: AbortSignal) =>
  call<Listed<Group>>('GET', at(site, 'groups'), { query, signal })

/** Takes a member out of a group. */
export const dropFromGroup = (site: Site, gid: string, uid: string) =>
  call<void>('DELETE', at(site, 'groups', gid, 'members', uid))

export const removeGroup = (site: Site, gid: string) => call<void>('DELETE', at(site, 'groups', gid))

export const inGroup = (site: Site, gid: string, query: Query, signal?: AbortSignal) =>
  call<Listed<InGroup>>('GET', at(site, 'groups', gid, 'members'), { query, signal })
