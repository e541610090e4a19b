import { call, path, type Query } from './call'
import type { Figures, Listed, Settings, Site } from './types'

export type SiteNew = { name: string; hosts: string[]; settings?: Settings }
export type SitePatch = Partial<SiteNew>

export const list = (org: number, query: Query, signal?: AbortSignal) =>
  call<Listed<Site>>('GET', path('orgs', org, 'sites'), { query, signal })

export const show = (org: number, site: number, signal?: AbortSignal) =>
  call<Site>('GET', path('orgs', org, 'sites', site), { signal })

export const figures = (site: Site, signal?: AbortSignal) =>
  call<Figures>('GET', path('orgs', site.org, 'sites', site.id, 'figures'), { signal })

export const create = (org: number, body: SiteNew, once: string) =>
  call<Site>('POST', path('orgs', org, 'sites'), { body, once })

export const change = (site: Site, body: SitePatch) =>
  call<Site>('PATCH', path('orgs', site.org, 'sites', site.id), { body, version: site.version })

export const suspend = (site: Site) => call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'suspend'))

export const resume = (site: Site) => call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'resume'))
