/** How large a picture may be seen; 1 is as wide as its window. */
export const zoomSteps = [1, 1.5, 2, 3, 4] as const

/** How large it is after a key; undefined for a key that means nothing here. */
export function zoomed(now: number, key: string): number | undefined {
  switch (key) {
    case '+':
    case '=':
      return zoomSteps.find((z) => z > now) ?? now
    case '-':
      return zoomSteps.findLast((z) => z < now) ?? now
    case '0':
      return 1
  }
  return undefined
}
