import * as invitations from '../api/invitations'
import type { InvitationMade, Site } from '../api/types'
import { asFailure } from '../state/list.svelte'
import { once } from '../text/once'
import { patiently } from './patience'
import { invitationOf, type Planned } from './plan'

export type Outcome = { planned: Planned; made: InvitationMade | null; wrong: string }

/** The same request had made it before, and the answer with the link did not arrive. */
const LINK_LOST = 'The answer with the link was lost. Revoke this invitation, and invite again.'

/** Sends invitations one after the other; it can be stopped, and what was sent stays sent. */
export class Sending {
  outcomes = $state.raw<Outcome[]>([])
  isRunning = $state(false)
  total = $state(0)
  #stop = new AbortController()

  run = async (site: Site, rows: Planned[]) => {
    this.total = rows.length
    this.isRunning = true
    for (const planned of rows) {
      if (this.#stop.signal.aborted) break
      const outcome = await this.#send(site, planned)
      if (outcome) this.outcomes = [...this.outcomes, outcome]
    }
    this.isRunning = false
  }

  stop = () => this.#stop.abort()

  /** The same key each time: a try whose answer was lost makes no second invitation. */
  async #send(site: Site, planned: Planned): Promise<Outcome | null> {
    const key = once()
    const stop = this.#stop.signal
    try {
      const made = await patiently(() => invitations.create(site, invitationOf(planned), key, stop), stop)
      return { planned, made, wrong: made.link || made.mailed ? '' : LINK_LOST }
    } catch (error) {
      return stop.aborted ? null : { planned, made: null, wrong: asFailure(error).detail }
    }
  }
}
