import type { LogHealth, LogWitness } from '../api.evidence'

/** How long ago something was, in the largest whole unit: 3 minutes, 2 days. */
export function age(at: string | undefined, now: string): { n: number; unit: 'second' | 'minute' | 'hour' | 'day' } | undefined {
  if (!at) return undefined
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(at)) / 1000))
  if (seconds < 120) return { n: seconds, unit: 'second' }
  if (seconds < 7200) return { n: Math.floor(seconds / 60), unit: 'minute' }
  if (seconds < 172_800) return { n: Math.floor(seconds / 3600), unit: 'hour' }
  return { n: Math.floor(seconds / 86_400), unit: 'day' }
}

/** How a witness stands. One that lags signs what came since with its next cosignature. */
export function witnessState(w: LogWitness, size: number): 'forked' | 'ahead' | 'silent' | 'never' | 'behind' | 'good' {
  if (w.fault) return w.fault
  if (!w.cosignedAt) return 'never'
  return w.size < size ? 'behind' : 'good'
}

export const witnessTone = { forked: 'red', ahead: 'red', silent: 'amber', never: 'amber', behind: 'ink', good: 'jade' } as const

/** Whether too few witnesses stand behind the log to speak of it. */
export function fewWitnesses(h: LogHealth): boolean {
  return h.need > 0 && h.witnesses.filter((w) => !w.fault && w.cosignedAt).length < h.need
}

export const stateTone = { running: 'jade', late: 'amber', stopped: 'red' } as const
