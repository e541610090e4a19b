const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
const MOST = 253

/** A host name in the form in which it is kept. */
export const tidied = (host: string) => host.trim().toLowerCase().replace(/\.$/, '')

/** What is wrong with a host name; empty when nothing is. */
export function wrongHost(host: string): string {
  if (host === '') return 'Give a host name, as tmtp.example.org.'
  if (host.includes('://') || host.includes('/')) return 'Only the name, without https:// and without a path.'
  if (host.includes(':')) return 'Only the name, without a port.'
  if (host.length > MOST) return `A host name has ${MOST} letters at most.`
  const isHost = host.split('.').every((label) => LABEL.test(label))
  return isHost ? '' : 'This is no host name: letters a to z, digits and hyphens, with dots between.'
}
