// Sets the chosen theme before the first paint.
try {
  const theme = localStorage.getItem('tussock.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is switched off: the system's theme holds.
}
