import { keepChoice, readChoice } from '@yinxin/shared'
import { onScopeDispose, ref } from 'vue'

// Single-key commands. They can be switched off (WCAG 2.1.4) and never act while somebody types or a dialog is open.

export type KeyName = '/' | 'j' | 'k' | 'g' | 'a' | 'r' | 'c' | 't' | '?'

const choice = 'yx.keys'

/** Whether single keys act on this device. */
export const keysOn = ref(readChoice(choice) !== 'off')

export function setKeys(on: boolean): void {
  keysOn.value = on
  keepChoice(choice, on ? 'on' : 'off')
}

const handlers = new Map<KeyName, (() => void)[]>()

/** Binds a key for as long as the calling component lives; the latest binding of a key wins. */
export function onKey(key: KeyName, act: () => void): void {
  const stack = handlers.get(key) ?? []
  handlers.set(key, [...stack, act])
  onScopeDispose(() => {
    handlers.set(
      key,
      (handlers.get(key) ?? []).filter((h) => h !== act),
    )
  })
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null
}

function dialogOpen(): boolean {
  return [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].some((d) => d.getClientRects().length > 0)
}

/** Acts on a key press; true if some handler took it. */
export function pressKey(e: KeyboardEvent): boolean {
  if (!keysOn.value || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target) || dialogOpen()) return false
  const act = handlers.get(e.key as KeyName)?.at(-1)
  if (!act) return false
  e.preventDefault()
  act()
  return true
}

/** Listens on the whole page; called once by the shell. */
export function listenForKeys(): void {
  const listener = (e: KeyboardEvent) => void pressKey(e)
  document.addEventListener('keydown', listener)
  onScopeDispose(() => document.removeEventListener('keydown', listener))
}

/** Moves the focus along the links marked `data-row` that can be seen; `Enter` then opens as on any link. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((r) => r.getClientRects().length > 0)
  if (!rows.length) return
  const here = rows.findIndex((r) => r === document.activeElement)
  const current = here >= 0 ? here : rows.findIndex((r) => r.getAttribute('aria-current') === 'page')
  const next = current < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, current + step))
  rows[next]?.focus()
  rows[next]?.scrollIntoView({ block: 'nearest' })
}

/** Puts the cursor into the page's search field. */
export function focusSearch(): void {
  const field = [...document.querySelectorAll<HTMLInputElement>('[data-search] input, input[data-search]')].find(
    (f) => f.getClientRects().length > 0,
  )
  field?.focus()
  field?.select()
}
