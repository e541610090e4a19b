const PAUSE_MS = 250

/** A text that follows another one once nobody types. */
export class Settled {
  value = $state('')

  constructor(source: () => string) {
    this.value = source()
    $effect(() => {
      const now = source()
      const timer = setTimeout(() => (this.value = now), PAUSE_MS)
      return () => clearTimeout(timer)
    })
  }
}
