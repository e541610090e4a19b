/** What is wrong with an e-mail address; empty when nothing is. The server has the last word. */
export function wrongMail(address: string): string {
  if (address === '') return 'Give an e-mail address.'
  return /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/.test(address) && address.length <= 254 ? '' : 'This is no e-mail address.'
}
