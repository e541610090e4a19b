import { call, path, type Query } from './call'
import type { Listed, ProviderChecked, UserProvider, UserProviderNew, UserProviderPatch } from './types'

export const list = (org: number, query: Query, signal?: AbortSignal) =>
  call<Listed<UserProvider>>('GET', path('orgs', org, 'user-providers'), { query, signal })

export const create = (org: number, body: UserProviderNew, once: string) =>
  call<UserProvider>('POST', path('orgs', org, 'user-providers'), { body, once })

export const show = (org: number, provider: number, signal?: AbortSignal) =>
  call<UserProvider>('GET', path('orgs', org, 'user-providers', provider), { signal })

export const change = (org: number, provider: UserProvider, body: UserProviderPatch) =>
  call<UserProvider>('PATCH', path('orgs', org, 'user-providers', provider.id), { body, version: provider.version })

export const remove = (org: number, provider: number) => call<void>('DELETE', path('orgs', org, 'user-providers', provider))

/** Whether it can be reached now, and why not. */
export const check = (org: number, provider: number) =>
  call<ProviderChecked>('POST', path('orgs', org, 'user-providers', provider, 'check'))

/** Forgets who somebody is at the providers. */
export const unlink = (org: number, user: number) => call<void>('DELETE', path('orgs', org, 'users', user, 'identities'))
