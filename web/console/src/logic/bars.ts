/** One bar of a chart. */
export interface Bar {
  key: string
  label: string
  value: number
  tone: 'jade' | 'amber' | 'red' | 'ink' | 'muted'
}

/** Bars with their widths in hundredths of the longest. What is there at all can be seen. */
export function scaled(bars: readonly Bar[]): (Bar & { width: number })[] {
  const most = Math.max(1, ...bars.map((b) => b.value))
  return bars.map((b) => ({ ...b, width: b.value > 0 ? Math.max(1, (100 * b.value) / most) : 0 }))
}
