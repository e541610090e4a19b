import type { Figures, Site } from '../api/types'

/** How far back it is shown. */
export const SPAN_MS = 10 * 60_000
/** What is counted is counted over a minute: the server adds some of it every ten seconds only. */
const WINDOW_MS = 65_000
/** Sites remembered; beyond it the one that was looked at first is forgotten. */
const SITES_MAX = 20

/** Figures of a site at a moment. */
type Look = { at: number; figures: Figures }
/** An amount at a moment; `null` where there is none. */
export type Point = { at: number; amount: number | null }
/** A moment, for a table. */
export type Row = { at: number; links: number; messages: number | null; queued: number; latency: number | null }

/** Times that deliveries are told apart by; what took longer than all has the place after them. */
export const LATENCIES = [
  { within: 'within_100ms', text: '0.1 s' },
  { within: 'within_500ms', text: '0.5 s' },
  { within: 'within_1s', text: '1 s' },
  { within: 'within_5s', text: '5 s' },
  { within: 'within_30s', text: '30 s' },
] as const

/** A place among these times, from 1 on, in words. */
export const latencyText = (place: number) => LATENCIES[place - 1]?.text ?? 'over 30 s'

/** What was seen of a site in the last minutes, for as long as the console is open. */
export class Pulse {
  #looks = $state.raw<Look[]>([])

  get rows(): Row[] {
    return this.#looks.map((look, index) => row(look, base(this.#looks, index)))
  }

  add(figures: Figures, at = Date.now()) {
    this.#looks = [...this.#looks.filter((look) => look.at > at - SPAN_MS), { at, figures }]
  }
}

/** What a look is compared with: the first one of the minute before it. */
function base(looks: Look[], index: number): Look | null {
  const end = looks[index]?.at ?? 0
  const first = looks.find((look) => look.at >= end - WINDOW_MS)
  return first && first.at < end ? first : null
}

function row({ at, figures }: Look, before: Look | null): Row {
  const messages = before && (grown(before.figures.messages_today, figures.messages_today) * 60_000) / (at - before.at)
  return { at, links: figures.connected, messages, queued: figures.queued, latency: latency(before?.figures, figures) }
}

/** What was added meanwhile; the server begins anew at midnight. */
const grown = (before: number, now: number) => (now >= before ? now - before : now)

/** The place of the time that 95 of a hundred kept to. */
function latency(before: Figures | undefined, now: Figures): number | null {
  if (!before) return null
  const isNewDay = now.latency_today.deliveries < before.latency_today.deliveries
  const added = (of: 'deliveries' | (typeof LATENCIES)[number]['within']) =>
    now.latency_today[of] - (isNewDay ? 0 : before.latency_today[of])
  const all = added('deliveries')
  if (all <= 0) return null
  const place = LATENCIES.findIndex(({ within }) => added(within) * 100 >= all * 95)
  return place < 0 ? LATENCIES.length + 1 : place + 1
}

const known = new Map<string, Pulse>()

/** What is remembered of a site. */
export function pulseOf(site: Site): Pulse {
  const key = `${site.org}/${site.id}`
  const pulse = known.get(key) ?? new Pulse()
  known.set(key, pulse)
  const [first] = known.keys()
  if (known.size > SITES_MAX && first !== undefined) known.delete(first)
  return pulse
}
