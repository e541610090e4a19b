import type { components } from './schema'

type Schemas = components['schemas']

/** A page of a list. */
export type Listed<T> = { items: T[]; next?: string | null }

export type Org = Schemas['OrgShown']
export type Limits = Schemas['Limits']
export type Registration = 'closed' | 'open' | 'invitation'
export type Settings = Record<string, string | number>
export type Site = Omit<Schemas['SiteShown'], 'settings'> & { settings: Settings }
export type Figures = Schemas['FiguresShown']
export type Survey = Schemas['SurveyShown']
export type Surveyed = Schemas['SurveyedShown']
export type Certificate = Schemas['CertificateShown']
export type CertificateState = Omit<Schemas['CertificateState'], 'own'> & { own?: Certificate | null }
export type CertificateNew = Schemas['CertificateNew']
export type Usage = Schemas['UsageShown']
export type UsageDay = Schemas['UsageDayShown']
export type Member = Schemas['MemberShown']
export type MemberWithNodes = Schemas['MemberWithNodes']
export type ErasureReceipt = Schemas['ErasureReceipt']
export type Node = Schemas['NodeShown']
export type Alias = Schemas['AliasShown']
export type Group = Schemas['GroupShown']
export type InGroup = Schemas['InGroupShown']
export type Key = Schemas['KeyShown']
export type KeyNew = Schemas['KeyNew']
export type KeyMade = Schemas['KeyMade']
export type Deed = Omit<Schemas['DeedShown'], 'was' | 'became'> & { was?: Fields | null; became?: Fields | null }
export type Fields = Record<string, unknown>
export type Verdict = Schemas['VerdictShown']

export type Me = Schemas['Me']
export type LinkSeen = Omit<Schemas['LinkShown'], 'purpose'> & { purpose: 'demo' | 'first' | 'invitation' | 'reset' }
export type Credentials = Schemas['Credentials']
export type LinkUsed = Schemas['LinkFollowed']
export type PasswordNew = Schemas['PasswordNew']
export type Passkey = Schemas['PasskeyShown']
export type TotpOffer = Schemas['TotpOffer']
export type RecoveryCodes = Schemas['RecoveryCodes']
export type Session = Schemas['SessionShown']

export type User = Schemas['UserShown']
export type UserNew = Schemas['UserNew']
export type UserPatch = Schemas['UserPatch']
export type UserLinked = Schemas['UserLinked']

export type ProviderSettings = { client_id: string; email_domains: string[]; groups: string[] }
export type Provider = Omit<Schemas['ProviderShown'], 'settings'> & { settings: ProviderSettings }
export type ProviderNew = Schemas['ProviderNew']
export type ProviderPatch = Partial<Schemas['ProviderNew']>
export type ProviderChecked = Schemas['ProviderChecked']

export type UserProvider = Schemas['UserProviderShown']
export type UserProviderNew = Schemas['UserProviderNew']
export type UserProviderPatch = Partial<Schemas['UserProviderNew']>
export type Way = Schemas['Way']

export type InvitationState = 'pending' | 'used' | 'expired' | 'revoked'
export type Invitation = Omit<Schemas['InvitationShown'], 'state'> & { state: InvitationState }
export type InvitationMade = Schemas['InvitationMade']
export type InvitationsChecked = Schemas['InvitationsChecked']
export type InvitationNew = Partial<Schemas['InvitationNew']>
