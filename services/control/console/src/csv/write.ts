/** A CSV file. Cells that a spreadsheet would take for a formula are made text. */
export function csv(rows: string[][]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

function cell(text: string): string {
  const tame = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n;]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** Hands a file to the browser to keep. */
export function download(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
