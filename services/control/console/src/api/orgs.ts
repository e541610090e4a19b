import { call, path, type Query } from './call'
import type { Limits, Listed, Org } from './types'

export const list = (query: Query, signal?: AbortSignal) => call<Listed<Org>>('GET', '/orgs', { query, signal })

export const show = (org: number, signal?: AbortSignal) => call<Org>('GET', path('orgs', org), { signal })

export const create = (body: { name: string; limits?: Partial<Limits> }, once: string) =>
  call<Org>('POST', '/orgs', { body, once })

export const change = (org: Org, body: { name?: string; limits?: Partial<Limits> }) =>
  call<Org>('PATCH', path('orgs', org.id), { body, version: org.version })
