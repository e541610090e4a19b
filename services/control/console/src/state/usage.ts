import * as members from '../api/members'
import type { Listed, Node, Site } from '../api/types'

/** What a site's devices say together. */
export type Usage = {
  devices: number
  connected: number
  waiting: number
  waitingOctets: number
  oldest: string | null
  /** There are more devices than were counted. */
  isPart: boolean
}

const PAGE = 200
const PAGES_MAX = 5

/** Adds up the first thousand devices of a site. */
export async function usageOf(site: Site, signal: AbortSignal): Promise<Usage> {
  const usage: Usage = { devices: 0, connected: 0, waiting: 0, waitingOctets: 0, oldest: null, isPart: false }
  let cursor: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const found: Listed<Node> = await members.nodes(site, { limit: PAGE, cursor }, signal)
    found.items.forEach((node) => add(usage, node))
    cursor = found.next ?? null
    if (cursor === null) return usage
  }
  return { ...usage, isPart: true }
}

function add(usage: Usage, node: Node) {
  usage.devices += 1
  usage.connected += node.connected ? 1 : 0
  usage.waiting += node.queued
  usage.waitingOctets += node.queued_octets
  const oldest = node.oldest_at ?? null
  if (oldest !== null && (usage.oldest === null || oldest < usage.oldest)) usage.oldest = oldest
}
