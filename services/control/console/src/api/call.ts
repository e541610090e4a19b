import { Failure, failureOf, unreachable } from './failure'

export type Query = Record<string, string | number | boolean | null | undefined>

export type Options = {
  query?: Query
  body?: unknown
  /** The version that a change is meant for. */
  version?: number
  /** Makes a creation safe to repeat. */
  once?: string
  signal?: AbortSignal
}

const BASE = '/api/v1'
/** Longest wait for an answer; the server gives up before. */
const PATIENCE_MS = 30_000

let onSignedOut = () => {}

/** What happens when the server says that nobody is signed in. */
export function whenSignedOut(then: () => void) {
  onSignedOut = then
}

/** A path below the API with its parts escaped: `path('orgs', 1, 'sites')`. */
export function path(...parts: (string | number)[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

/** The address of something to download. */
export function address(below: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value != null && value !== '')
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
  return `${BASE}${below}${text && `?${text}`}`
}

/** Sends a request and returns what the answer holds. Every failure is a `Failure`, but for an abort. */
export async function call<T>(method: string, below: string, options: Options = {}): Promise<T> {
  const answer = await answered(method, below, options)
  if (answer.status === 204 || answer.status === 202) return undefined as T
  return answer.json().catch(() => {
    throw new Failure('unreadable', answer.status, 'An answer that cannot be read', 'The server answered with something that is not JSON.')
  })
}

/** The same where the answer is a file. */
export async function file(method: string, below: string, options: Options = {}): Promise<Blob> {
  return (await answered(method, below, options)).blob().catch(() => {
    throw unreachable()
  })
}

async function answered(method: string, below: string, options: Options): Promise<Response> {
  const answer = await send(method, below, options)
  if (answer.ok) return answer
  const failure = await failureOf(answer)
  if (failure.kind === 'unauthorized') onSignedOut()
  throw failure
}

async function send(method: string, below: string, options: Options): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (options.body !== undefined) headers.set('content-type', 'application/json')
  if (options.version !== undefined) headers.set('if-match', `"${options.version}"`)
  if (options.once !== undefined) headers.set('idempotency-key', options.once)
  const patience = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await fetch(address(below, options.query), {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal ? AbortSignal.any([options.signal, patience]) : patience,
    })
  } catch {
    options.signal?.throwIfAborted()
    throw unreachable()
  }
}
