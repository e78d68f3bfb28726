import type { Batch, BatchColumn, BatchRow } from '../api.batch'

/** Nothing more will happen to it. */
export function over(b: Batch): boolean {
  return b.state === 'done' || b.state === 'cancelled'
}

/** The server works on it now, so that it is worth asking again. */
export function moving(b: Batch): boolean {
  return b.state === 'checking' || b.state === 'running'
}

export type BatchTone = 'ink' | 'amber' | 'jade' | 'soft'

/** How a batch stands, for its mark: what waits for a person is amber, done with rows left out is not simply done. */
export function batchTone(b: Batch): BatchTone {
  if (b.state === 'cancelled') return 'soft'
  if (b.state === 'done') return b.leftOut || b.bad ? 'amber' : 'jade'
  return moving(b) ? 'ink' : 'amber'
}

/** How far the making is: rows that are settled, of those that are to be made. */
export function makingOf(b: Batch): { done: number; of: number } {
  return { done: b.made, of: b.made + b.good }
}

/** The largest file that the server takes, in bytes. */
export const mostBytes = 64 << 20

/** Why a chosen file cannot be one, before it is sent; undefined if it may. */
export function batchFileFault(file: { name: string; size: number } | undefined): 'none' | 'kind' | 'old' | 'large' | undefined {
  if (!file) return 'none'
  const name = file.name.toLowerCase()
  if (name.endsWith('.xls') || name.endsWith('.et')) return 'old'
  if (!/\.(xlsx|xlsm|csv|txt|jsonl|ndjson)$/.test(name)) return 'kind'
  return file.size > mostBytes ? 'large' : undefined
}

/** What a row says: who holds the license, and the rest. */
export function heldCells(r: BatchRow): { holder: NonNullable<BatchRow['cells']>; rest: NonNullable<BatchRow['cells']> } {
  const all = r.cells ?? []
  const names = /^holder(Name|Code)\d*$/
  const byName = (c: { column: string }) => (c.column.startsWith('holderName') ? 0 : 1)
  return { holder: all.filter((c) => names.test(c.column)).sort((a, b) => byName(a) - byName(b)), rest: all.filter((c) => !names.test(c.column)) }
}

/** The columns that must be matched and are not. */
export function unmatched(columns: readonly BatchColumn[], chosen: Readonly<Record<string, string>>): BatchColumn[] {
  return columns.filter((c) => c.required && !chosen[c.name])
}

/** The columns that take a heading which another column has taken before them. */
export function clashing(columns: readonly BatchColumn[], chosen: Readonly<Record<string, string>>): BatchColumn[] {
  const taken = new Set<string>()
  return columns.filter((c) => {
    const heading = chosen[c.name]
    if (!heading || !taken.has(heading)) return void (heading && taken.add(heading))
    return true
  })
}
