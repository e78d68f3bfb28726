import type { Appeal } from '@yinxin/shared'

/** The colour and shape of an appeal's mark. */
export function appealMark(a: Pick<Appeal, 'state' | 'outcome'>): { tone: 'jade' | 'amber' | 'ink' | 'muted' | 'red'; shape: string } {
  if (a.state !== 'closed') return a.state === 'waiting' ? { tone: 'amber', shape: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.5l2 1.5' } : { tone: 'ink', shape: 'M3 8h9M9 4.5 12.5 8 9 11.5' }
  if (a.outcome === 'declined') return { tone: 'red', shape: 'M4 4l8 8M12 4l-8 8' }
  return a.outcome === 'withdrawn' ? { tone: 'muted', shape: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5 8h6' } : { tone: 'jade', shape: 'M3 8.5 6.5 12 13 4.5' }
}

/** The key of an appeal's word: how it stands or, when it is over, how it ended. */
export function appealWord(a: Pick<Appeal, 'kind' | 'state' | 'outcome'>): string {
  return a.state === 'closed' ? `appeal.outcome.${a.kind}.${a.outcome}` : `appeal.state.${a.state}`
}
