/** Where one is: the part of the address behind `#/`. */
class Route {
  path = $state('')
  query = $state.raw(new URLSearchParams())
  /** How often one has moved on since the page was opened. Each time a page begins anew, the same one as well. */
  moves = $state(0)
  #token = ''

  constructor() {
    this.#read()
    addEventListener('hashchange', () => {
      this.#read()
      this.moves += 1
    })
  }

  /** The token of a link in a mail, once; it is in no history and in no address bar. */
  takeToken(): string {
    const token = this.#token
    this.#token = ''
    return token
  }

  /** Keeps what a list is filtered by in the address, so that going back finds it again. */
  remember(values: Record<string, string>) {
    const kept = Object.entries(values).filter(([, value]) => value !== '')
    const text = new URLSearchParams(kept).toString()
    history.replaceState(null, '', `#/${this.path}${text && `?${text}`}`)
  }

  #read() {
    const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2)
    const token = /^welcome\/(.+)$/.exec(path)?.[1]
    if (token === undefined) {
      this.path = path.replace(/\/$/, '')
      this.query = new URLSearchParams(query)
      return
    }
    this.#token = decodeURIComponent(token)
    this.path = 'welcome'
    history.replaceState(null, '', '#/welcome')
  }
}

export const route = new Route()

export const go = (to: string) => {
  location.hash = to
}

export const orgAt = (org: number, ...below: string[]) => ['#/orgs', org, ...below].join('/')

export const siteAt = (site: { org: number; id: number }, ...below: string[]) =>
  [orgAt(site.org, 'sites'), site.id, ...below.map(encodeURIComponent)].join('/')
