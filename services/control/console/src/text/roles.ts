/** What a person may need to be allowed. The server decides; this is so that nobody is offered what it would refuse. */
export type Need = 'look' | 'audit' | 'help' | 'administer' | 'own' | 'operate'

const ALLOWED: Record<string, Need[]> = {
  operator: ['look', 'audit', 'help', 'administer', 'own', 'operate'],
  owner: ['look', 'audit', 'help', 'administer', 'own'],
  admin: ['look', 'audit', 'help', 'administer'],
  support: ['look', 'help'],
  auditor: ['look', 'audit'],
}

export const may = (role: string, need: Need) => ALLOWED[role]?.includes(need) ?? false

export type RoleText = { role: string; name: string; says: string }

const OWNER = { role: 'owner', name: 'Owner', says: 'everything in this organization, people and API keys included' }
const ADMIN = { role: 'admin', name: 'Administrator', says: 'sites, policies, members and invitations' }
const OPERATOR = { role: 'operator', name: 'Operator', says: 'everything, in every organization' }
const SUPPORT = { role: 'support', name: 'Support', says: 'look at members, suspend and resume them, revoke devices' }
const AUDITOR = { role: 'auditor', name: 'Auditor', says: 'look at everything and read the audit log; change nothing' }

export const ORG_ROLES: RoleText[] = [OWNER, ADMIN, SUPPORT, AUDITOR]
export const PROVIDER_ROLES: RoleText[] = [OPERATOR, SUPPORT, AUDITOR]

const ALL = [OPERATOR, OWNER, ADMIN, SUPPORT, AUDITOR]

export const roleName = (role: string) => ALL.find((one) => one.role === role)?.name ?? role

/** Who could do it: for somebody who may not. */
export function whoMay(need: Need): string {
  const able = ALL.filter(({ role }) => role !== 'operator' && may(role, need)).map(({ name }) => name.toLowerCase())
  return able.length > 0 ? able.join(' or ') : 'operator of the service'
}
