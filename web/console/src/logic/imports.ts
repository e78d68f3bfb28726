import type { Session } from '../api'
import type { Import, ImportKind } from '../api.intake'

/** What the person in front of the screen may import. The server decides again. */
export function importKinds(me: Session): ImportKind[] {
  const has = (...roles: string[]) => roles.some((r) => me.roles.includes(r))
  const kinds: ImportKind[] = []
  if (has('admin')) kinds.push('units', 'regions')
  if (has('digital', 'catalog')) kinds.push('types')
  if (has('matters')) kinds.push('matters')
  return kinds
}

/** Nothing more will happen to it. */
export function ended(x: Import): boolean {
  return x.state === 'done' || x.state === 'failed' || x.state === 'cancelled'
}

export type ImportTone = 'ink' | 'amber' | 'jade' | 'red' | 'soft'

/** How an import stands, for its mark: done with rows left out is not simply done. */
export function importTone(x: Import): ImportTone {
  if (x.state === 'failed') return 'red'
  if (x.state === 'cancelled') return 'soft'
  if (x.state === 'paused') return 'amber'
  if (x.state === 'done') return x.failed ? 'amber' : 'jade'
  return 'ink'
}

/** The largest file that the server takes, in bytes. */
export const mostBytes = 20 << 20

/** Why a chosen file cannot be one, before it is sent; undefined if it may. */
export function fileFault(file: { name: string; size: number } | undefined): 'none' | 'kind' | 'old' | 'large' | undefined {
  if (!file) return 'none'
  const name = file.name.toLowerCase()
  if (name.endsWith('.xls') || name.endsWith('.et')) return 'old'
  if (!/\.(xlsx|xlsm|csv|txt)$/.test(name)) return 'kind'
  return file.size > mostBytes ? 'large' : undefined
}
