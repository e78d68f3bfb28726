// What a reader chose on this device: language and large type. Kept in localStorage, which may be shut.

/** Reads a choice; undefined where nothing was chosen or the browser keeps nothing. */
export function readChoice(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a choice where the browser allows it; else it lasts as long as the page. */
export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    return
  }
}

const largeKey = 'yx.large'

/** Whether large type is on. */
export function isLarge(): boolean {
  return document.documentElement.dataset.large === 'true'
}

/** Turns large type on or off for the whole page and remembers it. */
export function setLarge(on: boolean): void {
  document.documentElement.dataset.large = String(on)
  keepChoice(largeKey, String(on))
}

/** Applies the remembered choice; called once before the app is mounted. */
export function restoreLarge(): void {
  if (readChoice(largeKey) === 'true') document.documentElement.dataset.large = 'true'
}
