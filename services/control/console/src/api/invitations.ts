import { call, path, type Query } from './call'
import type { Invitation, InvitationMade, InvitationNew, InvitationsChecked, Listed, Site } from './types'

const at = (site: Site, ...parts: (string | number)[]) =>
  path('orgs', site.org, 'sites', site.id, 'invitations', ...parts)

export const list = (site: Site, query: Query, signal?: AbortSignal) =>
  call<Listed<Invitation>>('GET', at(site), { query, signal })

export const create = (site: Site, body: InvitationNew, once: string, signal?: AbortSignal) =>
  call<InvitationMade>('POST', at(site), { body, once, signal })

/** What would come of these, at most 100 at a time; none of them is made. */
export const check = (site: Site, invitations: InvitationNew[], signal?: AbortSignal) =>
  call<InvitationsChecked>('POST', at(site, 'check'), { body: { invitations }, signal })

/** Mails it again, with another code: the one before ends. */
export const mail = (site: Site, invitation: number) => call<InvitationMade>('POST', at(site, invitation, 'mail'))

export const revoke = (site: Site, invitation: number) => call<void>('DELETE', at(site, invitation))
