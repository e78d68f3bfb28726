// What a reader chose on this device. Language and large type are also kept in the cookies that the server-rendered
// pages read and write, so that a choice made on any page holds on all.

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

/** A choice that all pages of the platform share: its name here and its cookie. */
interface Shared {
  key: string
  cookie: string
}

export const langChoice: Shared = { key: 'yx.lang', cookie: 'yx_lang' }
const largeChoice: Shared = { key: 'yx.large', cookie: 'yx_large' }

const year = 365 * 24 * 60 * 60

/** Reads a shared choice; the cookie counts first, for the other pages may have changed it since. */
export function readShared({ key, cookie }: Shared): string | undefined {
  const found = document.cookie.split('; ').find((c) => c.startsWith(`${cookie}=`))
  return found?.slice(cookie.length + 1) ?? readChoice(key)
}

/** Keeps a shared choice. */
export function keepShared({ key, cookie }: Shared, value: string): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${cookie}=${value}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`
  keepChoice(key, value)
}

/** Whether large type is on. */
export function isLarge(): boolean {
  return document.documentElement.dataset.large === 'true'
}

/** Turns large type on or off for the whole page and remembers it. */
export function setLarge(on: boolean): void {
  document.documentElement.dataset.large = String(on)
  keepShared(largeChoice, on ? '1' : '0')
}

/** Applies the remembered choice; called once before the app is mounted. */
export function restoreLarge(): void {
  if (readShared(largeChoice) === '1') document.documentElement.dataset.large = 'true'
}
