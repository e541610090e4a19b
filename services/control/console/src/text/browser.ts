const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

const first = (names: [RegExp, string][], agent: string) => names.find(([shape]) => shape.test(agent))?.[1]

/** What a browser calls itself, in words: `Firefox on Linux`. */
export function browserName(agent: string): string {
  const browser = first(BROWSERS, agent)
  const system = first(SYSTEMS, agent)
  if (!browser) return agent || 'Unknown browser'
  return system ? `${browser} on ${system}` : browser
}

/** Hands a file to the browser to keep. */
export function keep(name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
