/** A new Idempotency-Key: the same request sent again does nothing twice. */
export const once = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, '0')).join('')
