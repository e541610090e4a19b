const DAY_MS = 86_400_000
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** A day of the server's, which are in UTC: `27 Nov 2026`. */
export const day = (iso: string) => DAY.format(new Date(iso))

/** The day so many days before today, as the server writes it. */
export const daysAgo = (days: number, now = Date.now()) => new Date(now - days * DAY_MS).toISOString().slice(0, 10)

/** Every day from the first to the last, both among them. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10))
  return days
}
