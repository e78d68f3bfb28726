/** How many materials are bound, confirmed plain, or open. */
export interface Counts {
  bound: number
  plain: number
  open: number
}

/** A part of a whole in hundredths, rounded down, so that 99.96 % is not taken for everything; undefined of nothing. */
export function share(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.floor((1000 * part) / whole) / 10 : undefined
}

/** 免提交率: how many of the materials that a license could satisfy are fetched. Confirmed plain ones count for nothing. */
export function boundShare(c: Counts): number | undefined {
  return share(c.bound, c.bound + c.open)
}

/** How many of all materials somebody has decided on: 应绑尽绑. */
export function decidedShare(c: Counts): number | undefined {
  return share(c.bound + c.plain, c.bound + c.plain + c.open)
}

/** A share as text. */
export function percent(n: number | undefined): string {
  return n === undefined ? '—' : `${n.toFixed(1)}%`
}

/** How a share stands against its target. */
export function standing(n: number | undefined, target: number): 'reached' | 'near' | 'below' | 'none' {
  if (n === undefined) return 'none'
  if (n >= target) return 'reached'
  return n >= target - 10 ? 'near' : 'below'
}

/** The widths of a stacked bar, adding up to a hundred; nothing is drawn of nothing. */
export function stack(c: Counts): { key: keyof Counts; from: number; width: number }[] {
  const whole = c.bound + c.plain + c.open
  if (!whole) return []
  let from = 0
  return (['bound', 'plain', 'open'] as const).map((key) => {
    const width = (100 * c[key]) / whole
    const part = { key, from, width }
    from += width
    return part
  })
}
