import * as orgs from '../api/orgs'
import * as sites from '../api/sites'
import type { Figures, Org, Site } from '../api/types'

/** A site with its figures, for those who look after all sites. */
export type Surveyed = { org: Org; site: Site; figures: Figures }

const PAGE = 100
const SITES_MAX = 200

/** Goes through organizations and their sites, one request after the other, and gives each site as it is read. */
export async function survey(signal: AbortSignal, found: (one: Surveyed) => void): Promise<{ isPart: boolean }> {
  let count = 0
  for await (const org of everyOrg(signal)) {
    const { items, next } = await sites.list(org.id, { limit: PAGE }, signal)
    for (const site of items) {
      if (count === SITES_MAX) return { isPart: true }
      found({ org, site, figures: await sites.figures(site, signal) })
      count += 1
    }
    if (next) return { isPart: true }
  }
  return { isPart: false }
}

async function* everyOrg(signal: AbortSignal): AsyncGenerator<Org> {
  let cursor: string | null = null
  do {
    const page: { items: Org[]; next?: string | null } = await orgs.list({ limit: PAGE, cursor }, signal)
    yield* page.items
    cursor = page.next ?? null
  } while (cursor !== null)
}
