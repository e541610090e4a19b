import { size } from './format'

const NAMES: Record<string, string> = {
  'org.create': 'made the organization',
  'org.change': 'changed the organization',
  'site.create': 'made the site',
  'site.change': 'changed the site',
  'site.suspend': 'suspended the site',
  'site.resume': 'resumed the site',
  'site.import': 'imported into the site',
  'site.move': 'moved the site to another database',
  'site.close': 'closed the site',
  'site.reopen': 'opened the site again',
  'site.erase': 'erased the site',
  'certificate.set': 'brought a certificate for the site',
  'certificate.automatic': 'chose who issues certificates for the site',
  'certificate.issue': 'had a certificate issued for the site',
  'certificate.remove': 'removed the certificate of the site',
  'alias.reserve': 'reserved the alias',
  'alias.assign': 'gave the alias to a member',
  'alias.retire': 'retired the alias',
  'alias.free': 'let the alias go',
  'group.drop': 'took a member out of the group',
  'group.remove': 'removed the group',
  'member.suspend': 'suspended the member',
  'member.resume': 'resumed the member',
  'member.forget-sign-in': 'forgot who the member is at the sign-in provider',
  'member.remove': 'removed the member',
  'member.export': 'exported what is kept about the member',
  'member.erase': 'erased the member',
  'node.revoke': 'revoked the device',
  'key.create': 'made the API key',
  'key.revoke': 'revoked the API key',
  'user.create': 'invited the person',
  'user.change': 'changed the person',
  'user.remove': 'removed the person',
  'user.link': 'made a link for the person',
  'user.password': 'set a password',
  'user.password-wrong': 'gave a wrong password while signed in',
  'user.sign-in': 'signed in',
  'user.sign-in-failed': 'tried to sign in, and failed',
  'user.sign-out': 'signed out',
  'user.identity': 'signed in with the provider for the first time',
  'user.unlink': 'unlinked the person from the providers',
  'user.passkey': 'added a passkey',
  'user.passkey-removed': 'removed a passkey',
  'user.totp': 'turned two steps on',
  'user.totp-removed': 'turned two steps off',
  'user.totp-taken': 'took the second step from the person',
  'user-provider.create': 'added the provider that people sign in with',
  'user-provider.change': 'changed the provider that people sign in with',
  'user-provider.remove': 'removed the provider that people sign in with',
  'provider.create': 'added the sign-in provider',
  'provider.change': 'changed the sign-in provider',
  'provider.remove': 'removed the sign-in provider',
  'invitation.create': 'made the invitation',
  'invitation.mail': 'mailed the invitation again, with another code',
  'invitation.revoke': 'revoked the invitation',
}

/** What was done, in words; its own name when there are none here. */
export const deedName = (action: string) => NAMES[action] ?? action

export const ACTIONS = [
  { value: '', text: 'Everything' },
  { value: 'org.', text: 'Organization' },
  { value: 'site.', text: 'Sites' },
  { value: 'certificate.', text: 'Certificates' },
  { value: 'member.', text: 'Members' },
  { value: 'alias.', text: 'Aliases' },
  { value: 'group.', text: 'Groups' },
  { value: 'node.', text: 'Devices' },
  { value: 'invitation.', text: 'Invitations' },
  { value: 'user.', text: 'People and sign-ins' },
  { value: 'user-provider.', text: 'How people sign in' },
  { value: 'provider.', text: 'Sign-in providers' },
  { value: 'key.', text: 'API keys' },
]

export type Difference = { name: string; was: string; became: string }

type Fields = Record<string, unknown> | null | undefined

/** What differs, field by field; fields within `settings` and the like count one by one. */
export function differences(was: Fields, became: Fields): Difference[] {
  const before = flat(was)
  const after = flat(became)
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({ name, was: before.get(name) ?? '', became: after.get(name) ?? '' }))
}

function flat(fields: Fields, above = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [below, text] of flat(value as Fields, `${above}${name}.`)) found.set(below, text)
    } else found.set(`${above}${name}`, shown(name, value))
  }
  return found
}

function shown(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ')
  if (typeof value === 'number' && name.endsWith('_octets_max') && value >= 1024) return size(value)
  if (typeof value === 'number' && name.endsWith('_ms')) return new Date(value).toISOString()
  return value === null ? 'none' : String(value)
}
