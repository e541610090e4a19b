import type { Failure } from '../api/failure'
import { asFailure } from './list.svelte'

/** Something that a person sets off: one at a time, and what came of it. */
export class Act {
  isRunning = $state(false)
  failure = $state.raw<Failure | null>(null)

  /** Runs it unless it runs already. Returns whether it succeeded. */
  run = async (what: () => Promise<unknown>): Promise<boolean> => {
    if (this.isRunning) return false
    this.isRunning = true
    this.failure = null
    try {
      await what()
      return true
    } catch (error) {
      this.failure = asFailure(error)
      return false
    } finally {
      this.isRunning = false
    }
  }
}
