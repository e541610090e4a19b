/** What was done, for everyone: shown at the edge of the page, and read out. */
export const announced = $state({ text: '', count: 0 })

export function announce(text: string) {
  announced.text = text
  announced.count += 1
}

export function dismiss() {
  announced.text = ''
}
