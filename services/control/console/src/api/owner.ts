import { path } from './call'

/** Whose people, keys and audit log: an organization's, or the provider's. */
export type Owner = number | 'provider'

export const owned = (owner: Owner, ...parts: (string | number)[]) =>
  owner === 'provider' ? path('provider', ...parts) : path('orgs', owner, ...parts)
