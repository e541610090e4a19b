import type { Failure } from '../api/failure'
import { asFailure } from './list.svelte'

/** One thing that the server has. */
export class Remote<T> {
  value = $state.raw<T | null>(null)
  failure = $state.raw<Failure | null>(null)
  isLoading = $state(true)
  #fetch: (signal: AbortSignal) => Promise<T>
  #running: AbortController | null = null

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch
  }

  load = async () => {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    this.isLoading = true
    try {
      const value = await this.#fetch(running.signal)
      if (running.signal.aborted) return
      this.value = value
      this.failure = null
    } catch (error) {
      if (running.signal.aborted) return
      this.failure = asFailure(error)
    }
    this.isLoading = false
  }

  stop = () => this.#running?.abort()
}

/** One thing, read anew whenever what `fetch` reads at its start changes. */
export function remote<T>(fetch: (signal: AbortSignal) => Promise<T>): Remote<T> {
  const one = new Remote(fetch)
  $effect(() => {
    void one.load()
    return one.stop
  })
  return one
}

/** How often what is kept up to date is read. */
const EVERY_MS = 10_000

/** The same, read again now and then while somebody looks at it. */
export function kept<T>(fetch: (signal: AbortSignal) => Promise<T>): Remote<T> {
  const one = remote(fetch)
  $effect(() => {
    const timer = setInterval(() => document.hidden || one.isLoading || void one.load(), EVERY_MS)
    return () => clearInterval(timer)
  })
  return one
}
