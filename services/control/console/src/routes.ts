import type { Component } from 'svelte'
import type { Org, Site } from './api/types'
import Account from './pages/Account.svelte'
import Home from './pages/Home.svelte'
import Lost from './pages/Lost.svelte'
import Orgs from './pages/Orgs.svelte'
import OrgAudit from './pages/org/Audit.svelte'
import OrgKeys from './pages/org/Keys.svelte'
import OrgPeople from './pages/org/People.svelte'
import OrgProviders from './pages/org/Providers.svelte'
import OrgSettings from './pages/org/Settings.svelte'
import Sites from './pages/org/Sites.svelte'
import OrgUserProviders from './pages/org/UserProviders.svelte'
import OrgUsage from './pages/org/Usage.svelte'
import Wizard from './pages/org/Wizard.svelte'
import ProviderAudit from './pages/provider/Audit.svelte'
import Health from './pages/provider/Health.svelte'
import ProviderKeys from './pages/provider/Keys.svelte'
import ProviderPeople from './pages/provider/People.svelte'
import Aliases from './pages/site/Aliases.svelte'
import Certificate from './pages/site/Certificate.svelte'
import Devices from './pages/site/Devices.svelte'
import Group from './pages/site/Group.svelte'
import Groups from './pages/site/Groups.svelte'
import Import from './pages/site/Import.svelte'
import Invitations from './pages/site/Invitations.svelte'
import Member from './pages/site/Member.svelte'
import Members from './pages/site/Members.svelte'
import Overview from './pages/site/Overview.svelte'
import Policies from './pages/site/Policies.svelte'
import SiteSettings from './pages/site/Settings.svelte'
import SiteUsage from './pages/site/Usage.svelte'

type Found =
  | { kind: 'free'; page: Component }
  | { kind: 'org'; page: Component<{ org: Org }> }
  | { kind: 'site'; page: Component<{ site: Site; name: string }> }

export type Match = Found & { org: number | null; site: number | null; name: string }

const FREE: Record<string, Component> = {
  '': Home,
  account: Account,
  orgs: Orgs,
  'provider/people': ProviderPeople,
  'provider/keys': ProviderKeys,
  'provider/audit': ProviderAudit,
  'provider/health': Health,
}

const OF_ORG: Record<string, Component<{ org: Org }>> = {
  '': Sites,
  'new-site': Wizard,
  people: OrgPeople,
  providers: OrgProviders,
  'user-providers': OrgUserProviders,
  keys: OrgKeys,
  usage: OrgUsage,
  audit: OrgAudit,
  settings: OrgSettings,
}

/** `/*` stands for a name that the page is given. */
const OF_SITE: Record<string, Component<{ site: Site; name: string }>> = {
  '': Overview,
  members: Members,
  'members/*': Member,
  invitations: Invitations,
  'invitations/import': Import,
  devices: Devices,
  aliases: Aliases,
  groups: Groups,
  'groups/*': Group,
  usage: SiteUsage,
  policies: Policies,
  certificate: Certificate,
  settings: SiteSettings,
}

const LOST: Match = { kind: 'free', page: Lost, org: null, site: null, name: '' }

/** The page at a path. */
export function match(path: string): Match {
  const site = /^orgs\/(\d+)\/sites\/(\d+)(?:\/(.*))?$/.exec(path)
  if (site) return ofSite(Number(site[1]), Number(site[2]), site[3] ?? '')
  const org = /^orgs\/(\d+)(?:\/(.*))?$/.exec(path)
  if (org) {
    const page = OF_ORG[org[2] ?? '']
    return page ? { kind: 'org', page, org: Number(org[1]), site: null, name: '' } : LOST
  }
  // Who is in already when they follow their organization's sign-in address.
  const page = path.startsWith('sign-in/') ? Home : FREE[path]
  return page ? { kind: 'free', page, org: null, site: null, name: '' } : LOST
}

function ofSite(org: number, site: number, below: string): Match {
  const exact = OF_SITE[below]
  const slash = below.indexOf('/')
  const page = exact ?? (slash > 0 ? OF_SITE[`${below.slice(0, slash)}/*`] : undefined)
  if (!page) return LOST
  return { kind: 'site', page, org, site, name: exact ? '' : decoded(below.slice(slash + 1)) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
