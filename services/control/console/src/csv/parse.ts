/** Most octets and rows of a file: what one sitting can look through. */
export const OCTETS_MAX = 1 << 20
export const ROWS_MAX = 5_000
const CELL_MAX = 1_000

/** Rows of a CSV file (RFC 4180), with commas, semicolons or tabs between cells. Throws a text for people. */
export function parse(text: string): string[][] {
  const clean = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(clean)
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  for (;;) {
    const [cell, end] = clean[at] === '"' ? quoted(clean, at) : bare(clean, at, separator)
    if (cell.length > CELL_MAX) throw new Error(`Row ${rows.length + 1} has a cell of over ${CELL_MAX} letters.`)
    row.push(cell.trim())
    at = end
    if (clean[at] === separator) {
      at += 1
      continue
    }
    if (row.some(Boolean)) rows.push(row)
    if (rows.length > ROWS_MAX + 1) throw new Error(`The file has over ${ROWS_MAX} rows. Split it.`)
    if (at >= clean.length) return rows
    if (clean[at] !== '\n' && clean[at] !== '\r') throw new Error(`Row ${rows.length}: text follows a closing quotation mark.`)
    at += clean.startsWith('\r\n', at) ? 2 : 1
    row = []
  }
}

/** What the first line has most of. */
function separatorOf(text: string): string {
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  const counted = [',', ';', '\t'].map((separator) => ({ separator, count: line.split(separator).length }))
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).separator
}

function bare(text: string, from: number, separator: string): [string, number] {
  let to = from
  while (to < text.length && text[to] !== separator && text[to] !== '\n' && text[to] !== '\r') to += 1
  return [text.slice(from, to), to]
}

function quoted(text: string, from: number): [string, number] {
  let cell = ''
  let at = from + 1
  for (;;) {
    const end = text.indexOf('"', at)
    if (end < 0) throw new Error('A quotation mark is opened and never closed.')
    cell += text.slice(at, end)
    if (text[end + 1] !== '"') return [cell, end + 1]
    cell += '"'
    at = end + 2
  }
}
