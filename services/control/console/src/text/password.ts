const LEAST = 12

/** What is wrong with a new password; empty when nothing is. The server has the last word. */
export const wrongPassword = (password: string) => (password.length >= LEAST ? '' : `${LEAST} letters or more.`)
