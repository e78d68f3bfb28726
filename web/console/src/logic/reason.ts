/** What is wrong with the reason of a change; a key of `reason.fault` in the messages. */
export type ReasonFault = 'short' | 'long'

/** A reason has 2 to 200 characters, counted as people count them. */
export function reasonFault(reason: string): ReasonFault | undefined {
  const n = [...reason.trim()].length
  if (n < 2) return 'short'
  return n > 200 ? 'long' : undefined
}
