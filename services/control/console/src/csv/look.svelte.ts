import * as invitations from '../api/invitations'
import type { InvitationsChecked, Site } from '../api/types'
import type { Failure } from '../api/failure'
import { asFailure } from '../state/list.svelte'
import { invitationOf, type Planned } from './plan'
import { patiently } from './patience'

/** What the server looks through at a time, in rows and in letters. */
const ROWS = 100
const LETTERS = 20_000

/** What holds for all rows of a file. */
export type Facts = Omit<InvitationsChecked, 'items'>

/** Asks the server what would come of each row: by the same rules by which invitations are made, and none is made. */
export class Looking {
  rows = $state.raw<Planned[]>([])
  facts = $state.raw<Facts | null>(null)
  failure = $state.raw<Failure | null>(null)
  isRunning = $state(false)
  done = $state(0)
  total = $state(0)
  #running = new AbortController()

  run = async (site: Site, rows: Planned[]) => {
    this.clear()
    const running = this.#running
    this.total = rows.length
    this.isRunning = true
    try {
      const seen = [...rows]
      for (const part of partsOf(rows)) {
        const { items, ...facts } = await patiently(() => invitations.check(site, part.map(({ row }) => invitationOf(row)), running.signal), running.signal)
        items.forEach((item, index) => {
          const { at, row } = part[index]!
          seen[at] = { ...row, wrong: item.problem?.detail ?? '', mailed: item.mailed }
        })
        if (running.signal.aborted) return
        this.facts = facts
        this.done += part.length
      }
      this.rows = seen
    } catch (error) {
      if (running.signal.aborted) return
      this.failure = asFailure(error)
    }
    this.isRunning = false
  }

  /** Forgets all, and stops what is under way. */
  clear = () => {
    this.#running.abort()
    this.#running = new AbortController()
    this.rows = []
    this.facts = this.failure = null
    this.isRunning = false
    this.done = this.total = 0
  }
}

type Part = { at: number; row: Planned }[]

/** Rows that are worth asking for, as many at a time as a request holds. */
function partsOf(rows: Planned[]): Part[] {
  const parts: Part[] = []
  let letters = 0
  rows.forEach((row, at) => {
    if (row.wrong) return
    const last = parts.at(-1)
    const more = row.name.length + row.email.length + row.alias.length + 100
    if (!last || last.length === ROWS || letters + more > LETTERS) {
      parts.push([{ at, row }])
      letters = more
      return
    }
    last.push({ at, row })
    letters += more
  })
  // What is true of the site is asked for in any case.
  return parts.length > 0 ? parts : [[]]
}
