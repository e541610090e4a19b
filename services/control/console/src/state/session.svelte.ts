import * as api from '../api/session'
import { whenSignedOut } from '../api/call'
import type { Failure } from '../api/failure'
import type { Me } from '../api/types'
import { may, type Need } from '../text/roles'
import { asFailure } from './list.svelte'

/** Who is signed in. `state` is `unknown` until the server has said. */
class Session {
  me = $state.raw<Me | null>(null)
  state = $state<'unknown' | 'in' | 'out' | 'unreachable'>('unknown')
  failure = $state.raw<Failure | null>(null)
  /** It ended without being asked to. */
  hasEnded = $state(false)

  load = async () => {
    try {
      this.begin(await api.me())
    } catch (error) {
      this.failure = asFailure(error)
      this.state = this.failure.status === 401 ? 'out' : 'unreachable'
    }
  }

  begin(me: Me) {
    this.me = me
    this.state = 'in'
    this.failure = null
    this.hasEnded = false
  }

  /** The server says that nobody is signed in. */
  lost = () => {
    this.hasEnded = this.state === 'in'
    this.me = null
    this.state = 'out'
  }

  /** Signs out, and begins anew: nothing that was read stays in memory. */
  end = async () => {
    await api.signOut()
    history.replaceState(null, '', '#/')
    location.reload()
  }

  may = (need: Need) => this.me !== null && may(this.me.role, need)

  get isProvider() {
    return this.me !== null && this.me.org == null
  }
}

export const session = new Session()
whenSignedOut(session.lost)
