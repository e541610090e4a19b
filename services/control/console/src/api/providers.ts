import { call, path, type Query } from './call'
import type { Listed, Provider, ProviderChecked, ProviderNew, ProviderPatch } from './types'

export const list = (org: number, query: Query, signal?: AbortSignal) =>
  call<Listed<Provider>>('GET', path('orgs', org, 'providers'), { query, signal })

export const create = (org: number, body: ProviderNew, once: string) =>
  call<Provider>('POST', path('orgs', org, 'providers'), { body, once })

export const show = (org: number, provider: number, signal?: AbortSignal) =>
  call<Provider>('GET', path('orgs', org, 'providers', provider), { signal })

export const change = (org: number, provider: Provider, body: ProviderPatch) =>
  call<Provider>('PATCH', path('orgs', org, 'providers', provider.id), { body, version: provider.version })

export const remove = (org: number, provider: number) => call<void>('DELETE', path('orgs', org, 'providers', provider))

/** Whether it can be reached now, and why not. */
export const check = (org: number, provider: number) =>
  call<ProviderChecked>('POST', path('orgs', org, 'providers', provider, 'check'))
