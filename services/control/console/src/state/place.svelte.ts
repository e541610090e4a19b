import * as orgs from '../api/orgs'
import * as sites from '../api/sites'
import type { Org, Site } from '../api/types'
import { Remote } from './remote.svelte'

/** The organization and site that the address names, shared by the page and what stands beside it. */
class Place {
  org = $state.raw<Remote<Org> | null>(null)
  site = $state.raw<Remote<Site> | null>(null)
  #orgId: number | null = null
  #siteId: number | null = null

  /** Reads what is named, unless it is there. */
  enter(org: number | null, site: number | null) {
    const isOther = org !== this.#orgId
    if (isOther) {
      this.org?.stop()
      this.#orgId = org
      this.org = org === null ? null : begun(new Remote((signal) => orgs.show(org, signal)))
    }
    if (isOther || site !== this.#siteId) {
      this.site?.stop()
      this.#siteId = site
      this.site = org === null || site === null ? null : begun(new Remote((signal) => sites.show(org, site, signal)))
    }
  }

  /** Takes what a change gave back. */
  setSite = (site: Site) => {
    if (this.site && site.id === this.#siteId) this.site.value = site
  }

  setOrg = (org: Org) => {
    if (this.org && org.id === this.#orgId) this.org.value = org
  }
}

function begun<T>(remote: Remote<T>): Remote<T> {
  void remote.load()
  return remote
}

export const place = new Place()
