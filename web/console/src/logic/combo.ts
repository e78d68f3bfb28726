/** One of the things a combobox offers. */
export interface Choice {
  value: string
  label: string
  /** What tells it from others of the same name. */
  note?: string
}

/** Where the highlight goes on a key; -1 is nowhere. Undefined: the key does not move it. */
export function moveChoice(key: string, at: number, count: number): number | undefined {
  if (!count) return undefined
  if (key === 'ArrowDown') return at + 1 >= count ? 0 : at + 1
  if (key === 'ArrowUp') return at <= 0 ? count - 1 : at - 1
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
