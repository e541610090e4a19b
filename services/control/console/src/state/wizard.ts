const offered = new Set<number>()

/** Whether to lead somebody to the wizard by ourselves: once, so that it can be left. */
export function offer(org: number): boolean {
  const isFirst = !offered.has(org)
  offered.add(org)
  return isFirst
}
