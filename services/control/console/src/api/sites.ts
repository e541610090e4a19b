import { call, path, type Query } from './call'
import type { Figures, Listed, Settings, Site, Survey } from './types'

export type SiteNew = { name: string; hosts: string[]; settings?: Settings }
export type SitePatch = Partial<SiteNew>

export const list = (org: number, query: Query, signal?: AbortSignal) =>
  call<Listed<Site>>('GET', path('orgs', org, 'sites'), { query, signal })

export const show = (org: number, site: number, signal?: AbortSignal) =>
  call<Site>('GET', path('orgs', org, 'sites', site), { signal })

export const figures = (site: Site, signal?: AbortSignal) =>
  call<Figures>('GET', path('orgs', site.org, 'sites', site.id, 'figures'), { signal })

/** All sites of the installation, those first where messages wait. */
export const survey = (query: Query, signal?: AbortSignal) =>
  call<Survey>('GET', path('provider', 'figures'), { query, signal })

export const create = (org: number, body: SiteNew, once: string) =>
  call<Site>('POST', path('orgs', org, 'sites'), { body, once })

export const change = (site: Site, body: SitePatch) =>
  call<Site>('PATCH', path('orgs', site.org, 'sites', site.id), { body, version: site.version })

export const suspend = (site: Site) => call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'suspend'))

export const resume = (site: Site) => call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'resume'))

/** Nobody gets in, and all that is in it is erased after so many days. */
export const close = (site: Site, days: number) =>
  call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'close'), { body: { grace_days: days } })

export const reopen = (site: Site) => call<Site>('POST', path('orgs', site.org, 'sites', site.id, 'reopen'))
