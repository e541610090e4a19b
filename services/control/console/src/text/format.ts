const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })
const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const NUMBER = new Intl.NumberFormat('en-GB')
const RELATIVE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' })

const SPANS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

export const date = (iso: string) => DATE.format(new Date(iso))
export const time = (iso: string) => TIME.format(new Date(iso))
export const exact = (iso: string) => EXACT.format(new Date(iso))
/** The time of day of a moment in milliseconds: `14:05`. */
export const clock = (ms: number) => CLOCK.format(ms)
export const count = (number: number) => NUMBER.format(number)

/** `3 hours ago`; a date when it is over a month away. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000
  if (Math.abs(seconds) > 30 * 86_400) return date(iso)
  const span = SPANS.find(([, length]) => Math.abs(seconds) >= length)
  if (!span) return 'just now'
  return RELATIVE.format(Math.trunc(seconds / span[1]), span[0])
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** The largest unit in which a size is a whole number, and that number. */
export function inUnits(octets: number): { amount: number; unit: number } {
  let amount = octets
  let unit = 0
  while (unit < UNITS.length - 1 && amount >= 1024 && amount % 1024 === 0) {
    amount /= 1024
    unit += 1
  }
  return { amount, unit }
}

/** A size for people: `1.5 GiB`. */
export function size(octets: number): string {
  let amount = octets
  let unit = 0
  while (unit < UNITS.length - 1 && amount >= 1024) {
    amount /= 1024
    unit += 1
  }
  const shown = unit === 0 || amount >= 100 ? Math.round(amount) : Math.round(amount * 10) / 10
  return `${NUMBER.format(shown)} ${unit === 0 && shown === 1 ? 'byte' : UNITS[unit]}`
}

export const unitNames = UNITS

/** `99.5%`, never more than it is. */
export const percent = (share: number) => `${NUMBER.format(Math.floor(share * 1000) / 10)}%`

/** `0.5 s`. */
export const seconds = (ms: number) => `${NUMBER.format(ms / 1000)} s`

/** `1 device`, `2 devices`. */
export const many = (number: number, one: string, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`
