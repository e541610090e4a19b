import { address, call, path } from './call'
import type { Usage } from './types'

/** A site, or all of an organization's together. */
export type Used = { org: number; site: number | null }
export type Days = { from?: string; to?: string }

const at = ({ org, site }: Used) => (site === null ? path('orgs', org) : path('orgs', org, 'sites', site))

export const show = (used: Used, days: Days, signal?: AbortSignal) =>
  call<Usage>('GET', `${at(used)}/usage`, { query: days, signal })

/** Where the same is as CSV. */
export const table = (used: Used, days: Days) => address(`${at(used)}/usage.csv`, days)
