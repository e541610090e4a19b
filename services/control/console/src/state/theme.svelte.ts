export type Theme = 'system' | 'light' | 'dark'

const KEY = 'tmtp-theme'
const THEMES: Theme[] = ['system', 'light', 'dark']

function kept(): Theme {
  try {
    const found = localStorage.getItem(KEY)
    return THEMES.find((theme) => theme === found) ?? 'system'
  } catch {
    return 'system'
  }
}

export const theme = $state({ chosen: kept() })

/** Makes the page look so, and remembers it where the browser allows. */
export function choose(chosen: Theme) {
  theme.chosen = chosen
  wear()
  try {
    localStorage.setItem(KEY, chosen)
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
}

export function wear() {
  if (theme.chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.chosen
}
