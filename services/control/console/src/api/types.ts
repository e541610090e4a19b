import type { components } from './schema'

type Schemas = components['schemas']

/** A page of a list. */
export type Listed<T> = { items: T[]; next?: string | null }

export type Org = Schemas['OrgShown']
export type Limits = Schemas['Limits']
export type Registration = 'closed' | 'open' | 'invitation'
export type Settings = Record<string, string | number>
export type Site = Omit<Schemas['SiteShown'], 'settings'> & { settings: Settings }
export type Member = Schemas['MemberShown']
export type MemberWithNodes = Schemas['MemberWithNodes']
export type Node = Schemas['NodeShown']
export type Alias = Schemas['AliasShown']
export type Group = Schemas['GroupShown']
export type InGroup = Schemas['InGroupShown']
export type Key = Schemas['KeyShown']
export type KeyMade = Schemas['KeyMade']
export type Deed = Omit<Schemas['DeedShown'], 'was' | 'became'> & { was?: Fields | null; became?: Fields | null }
export type Fields = Record<string, unknown>
export type Verdict = Schemas['VerdictShown']

export type Me = {
  kind?: 'user' | 'key'
  name: string
  email?: string | null
  role: string
  org?: number | null
  org_name?: string | null
  has_totp?: boolean
}

export type LinkSeen = {
  purpose: 'demo' | 'first' | 'invitation' | 'reset'
  email?: string | null
  name?: string | null
  org_name?: string | null
  needs_password: boolean
  /** There is a second factor, whose code is needed as well. */
  needs_code?: boolean
}

export type User = {
  id: number
  email: string
  name: string
  role: string
  suspended: boolean
  created_at: string
  signed_in_at?: string | null
  has_password: boolean
  has_totp: boolean
  version?: number
}
export type UserMade = User & { link?: string | null; mailed?: boolean }
export type LinkMade = { link: string; mailed: boolean }

export type Session = {
  id: number
  created_at: string
  used_at: string
  address?: string | null
  agent?: string | null
  current?: boolean
}

export type InvitationState = 'pending' | 'used' | 'expired' | 'revoked'
export type Invitation = Omit<Schemas['InvitationShown'], 'state'> & { state: InvitationState }
export type InvitationMade = Schemas['InvitationMade']
export type InvitationNew = Partial<Schemas['InvitationNew']>
