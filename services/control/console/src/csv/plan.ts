import type { InvitationNew } from '../api/types'
import { wrongMail } from '../text/mail'

/** What becomes of a row of the file. Whether a mail goes out the server says. */
export type Planned = { row: number; name: string; email: string; alias: string; wrong: string; mailed: boolean }

export type AliasRule = { least: number; most: number }

const COLUMNS: Record<string, RegExp> = {
  name: /^(full[ _-]?)?name$/i,
  email: /^(e-?mail([ _-]?address)?|mail)$/i,
  alias: /^alias$/i,
}

const octets = (text: string) => new TextEncoder().encode(text).length

/** Looks through all rows before anything is sent. Throws a text for people when the file is not to be read at all. */
export function plan(rows: string[][], rule: AliasRule): Planned[] {
  const places = placesOf(rows[0] ?? [])
  if (!places) throw new Error('The first row must name the columns: name, email, alias. At least email or alias must be there.')
  if (rows.length < 2) throw new Error('There is no row below the names of the columns.')
  const seen = new Map<string, number>()
  return rows.slice(1).map((cells, index) => {
    const at = (column: string) => cells[places[column] ?? -1] ?? ''
    const row = { row: index + 2, name: at('name'), email: at('email').toLowerCase(), alias: at('alias'), wrong: '', mailed: false }
    return { ...row, wrong: faultOf(row, rule, seen) }
  })
}

function placesOf(heads: string[]): Record<string, number> | null {
  const places: Record<string, number> = {}
  for (const [column, shape] of Object.entries(COLUMNS)) {
    const place = heads.findIndex((head) => shape.test(head))
    if (place >= 0) places[column] = place
  }
  return 'email' in places || 'alias' in places ? places : null
}

function faultOf(row: Planned, rule: AliasRule, seen: Map<string, number>): string {
  if (!row.email && !row.alias) return 'neither an e-mail address nor an alias'
  if (row.email && wrongMail(row.email)) return 'this is no e-mail address'
  if (row.alias && octets(row.alias) < rule.least) return `the alias is too short: ${rule.least} bytes at least`
  if (row.alias && octets(row.alias) > rule.most) return `the alias is too long: ${rule.most} bytes at most`
  if (row.name.length > 200) return 'the name is too long: 200 letters at most'
  return twice(`mail ${row.email}`, row.email, row.row, seen) || twice(`alias ${row.alias}`, row.alias, row.row, seen)
}

function twice(key: string, value: string, row: number, seen: Map<string, number>): string {
  if (!value) return ''
  const before = seen.get(key)
  if (before !== undefined) return `the same as in row ${before}`
  seen.set(key, row)
  return ''
}

/** The invitation that a row asks for: none for somebody who was invited before, so the same file again invites nobody twice. */
export function invitationOf({ name, email, alias }: Planned): InvitationNew {
  return { ...(name && { name }), ...(email && { email }), ...(alias && { alias }), unless_invited: true }
}
