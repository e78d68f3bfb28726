import type { Appeal } from '@yinxin/shared'
import { shapes } from './shapes'

/** The colour and shape of an appeal's mark. */
export function appealMark(a: Pick<Appeal, 'state' | 'outcome'>): { tone: 'jade' | 'amber' | 'ink' | 'muted' | 'red'; shape: string } {
  if (a.state !== 'closed') return a.state === 'waiting' ? { tone: 'amber', shape: shapes.clock } : { tone: 'ink', shape: 'M3 8h9M9 4.5 12.5 8 9 11.5' }
  if (a.outcome === 'declined') return { tone: 'red', shape: shapes.cross }
  return a.outcome === 'withdrawn' ? { tone: 'muted', shape: shapes.ended } : { tone: 'jade', shape: shapes.tick }
}

/** The key of an appeal's word: how it stands or, when it is over, how it ended. */
export function appealWord(a: Pick<Appeal, 'kind' | 'state' | 'outcome'>): string {
  return a.state === 'closed' ? `appeal.outcome.${a.kind}.${a.outcome}` : `appeal.state.${a.state}`
}
