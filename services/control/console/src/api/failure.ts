/** What went wrong with a request, in words for people. */
export class Failure extends Error {
  constructor(
    /** The kind of problem, as `stale`; `unreachable` when no answer came. */
    readonly kind: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail)
  }

  /** This server has no such function: an older one. */
  get isMissingRoute(): boolean {
    return this.kind === 'no-route'
  }
}

const FALLBACK: Record<number, string> = {
  401: 'You are not signed in.',
  403: 'You may not do this.',
  404: 'It is not there, or not yours to see.',
  429: 'Too many requests. Wait a moment and try again.',
  503: 'The server is busy. Try again in a moment.',
}

/** No answer came at all. */
export function unreachable(): Failure {
  const detail = 'The server cannot be reached. Look at your connection, then try again.'
  return new Failure('unreachable', 0, 'No connection', detail)
}

/** The failure that an answer tells of. */
export async function failureOf(answer: Response): Promise<Failure> {
  const said = await problemOf(answer)
  const kind = (said.type ?? '').split(':').at(-1) || `status-${answer.status}`
  const detail = said.detail ?? FALLBACK[answer.status] ?? `The server answered with ${answer.status}.`
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new Failure(kind, answer.status, said.title ?? '', sentence(detail), Number.isFinite(after) ? after : null)
}

type Said = { type?: string; title?: string; detail?: string }

async function problemOf(answer: Response): Promise<Said> {
  try {
    const said: unknown = await answer.json()
    return typeof said === 'object' && said !== null ? said : {}
  } catch {
    return {}
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
