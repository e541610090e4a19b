import { keep } from '../text/browser'

/** A CSV file. Cells that a spreadsheet would take for a formula are made text. */
export function csv(rows: string[][]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

function cell(text: string): string {
  const tame = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n;]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** Hands a table to the browser to keep. */
export const download = (name: string, text: string) => keep(name, new Blob([text], { type: 'text/csv;charset=utf-8' }))
