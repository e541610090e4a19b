import { Failure } from '../api/failure'
import type { Listed } from '../api/types'

type Fetch<T> = (cursor: string | null, signal: AbortSignal) => Promise<Listed<T>>

/** A list that is read page by page. Asking anew drops what an earlier question would still answer. */
export class Pages<T> {
  items = $state.raw<T[]>([])
  next = $state<string | null>(null)
  failure = $state.raw<Failure | null>(null)
  isLoading = $state(true)
  /** Something has arrived once: from then on, a reload leaves the old items where they are. */
  isThere = $state(false)
  #fetch: Fetch<T>
  #running: AbortController | null = null
  #asked: string | null = null

  constructor(fetch: Fetch<T>) {
    this.#fetch = fetch
  }

  /** Reads the first page. */
  load = () => this.#read(null)

  /** Reads one page more. */
  more = () => this.#read(this.next)

  /** Reads again what could not be read. */
  again = () => this.#read(this.#asked)

  /** Ends what is under way. */
  stop = () => this.#running?.abort()

  async #read(cursor: string | null) {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    this.#asked = cursor
    this.isLoading = true
    try {
      const page = await this.#fetch(cursor, running.signal)
      if (running.signal.aborted) return
      this.items = cursor === null ? page.items : [...this.items, ...page.items]
      this.next = page.next ?? null
      this.failure = null
      this.isThere = true
    } catch (error) {
      if (running.signal.aborted) return
      this.failure = asFailure(error)
    }
    this.isLoading = false
  }
}

/** A list that is read anew whenever what `fetch` reads at its start changes. */
export function pages<T>(fetch: Fetch<T>): Pages<T> {
  const list = new Pages(fetch)
  $effect(() => {
    void list.load()
    return list.stop
  })
  return list
}

/** What was thrown, as a failure; a defect of ours goes on as what it is. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}
