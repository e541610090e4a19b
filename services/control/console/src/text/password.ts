export const PASSWORD_HINT = '10 letters or more. Three or four words that nobody would guess are good.'

/** Most letters that the server takes. */
export const PASSWORD_MOST = 200
const LEAST = 10

/** What is wrong with a new password; empty when nothing is. The server has the last word. */
export const wrongPassword = (password: string) => (password.length >= LEAST ? '' : `${LEAST} letters or more.`)
