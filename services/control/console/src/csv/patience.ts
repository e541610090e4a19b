import { asFailure } from '../state/list.svelte'

const TRIES = 5
const PAUSE_S = 2

/** Tries again, some times, what fails for a reason that passes. */
export async function patiently<T>(attempt: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (stop.aborted) throw error
      const failure = asFailure(error)
      const isPassing = [0, 429, 503].includes(failure.status)
      if (!isPassing || tried === TRIES) throw failure
      await pause((failure.retryAfterSeconds ?? PAUSE_S * tried) * 1000, stop)
    }
  }
}

const pause = (ms: number, stop: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true })
  })
