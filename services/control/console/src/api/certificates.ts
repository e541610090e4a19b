import { call, path } from './call'
import type { CertificateNew, CertificateState, Site } from './types'

const at = (site: Site) => path('orgs', site.org, 'sites', site.id, 'certificate')

export const show = (site: Site, signal?: AbortSignal) => call<CertificateState>('GET', at(site), { signal })

export const set = (site: Site, body: CertificateNew) => call<CertificateState>('PUT', at(site), { body })

export const issue = (site: Site) => call<CertificateState>('PUT', `${at(site)}/automatic`)

export const stopIssuing = (site: Site) => call<void>('DELETE', `${at(site)}/automatic`)

export const remove = (site: Site) => call<void>('DELETE', at(site))
