// Light or dark: as the system says, unless the user chose.

const KEY = 'tussock.theme'
export type Theme = 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  return chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light'
}

/** Tells when the system changes. */
export const onSystemTheme = (listener: () => void): void => system.addEventListener('change', listener)

/** Changes to the other theme; choosing what the system says anyway follows the system again. */
export function toggleTheme(): Theme {
  const next: Theme = currentTheme() === 'dark' ? 'light' : 'dark'
  const isSystem = (next === 'dark') === system.matches
  if (isSystem) {
    delete document.documentElement.dataset['theme']
    localStorage.removeItem(KEY)
  } else {
    document.documentElement.dataset['theme'] = next
    localStorage.setItem(KEY, next)
  }
  return next
}
