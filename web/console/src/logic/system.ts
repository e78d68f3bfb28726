import type { System } from '../api.org'
import type { Choice } from './combo'

/** An entry of the ledger as it is typed. */
export interface SystemDraft {
  name: string
  unit?: Choice
  matters: Choice[]
  connection: System['connection']
  since: string
  health: System['health']
  gaps: string
}

export function blankSystem(unit?: { id: string; name: string }): SystemDraft {
  return { name: '', unit: unit && { value: unit.id, label: unit.name }, matters: [], connection: 'none', since: '', health: 'unknown', gaps: '' }
}

export function systemDraft(s: System): SystemDraft {
  return {
    name: s.name,
    unit: { value: s.unit.id, label: s.unit.name, note: s.unit.id },
    matters: (s.matters ?? []).map((code) => ({ value: code, label: s.matterNames?.[code] ?? code, note: code })),
    connection: s.connection,
    since: s.since ?? '',
    health: s.health,
    gaps: s.gaps ?? '',
  }
}

/** Systems that count as connected say since when. */
export function isConnected(c: System['connection']): boolean {
  return c === 'api' || c === 'exchange'
}

export function systemBody(d: SystemDraft) {
  return {
    name: d.name.trim(),
    unitId: d.unit?.value ?? '',
    matters: d.matters.map((m) => m.value),
    connection: d.connection,
    since: d.connection === 'none' ? undefined : d.since || undefined,
    health: d.health,
    gaps: d.gaps.trim() || undefined,
  }
}

/** What is wrong before anything is sent; keys of `system.fault` in the messages, by field. */
export function systemFaults(d: SystemDraft): Record<string, string> {
  const faults: Record<string, string> = {}
  if ([...d.name.trim()].length < 2) faults.name = 'system.fault.name'
  if (!d.unit) faults.unitId = 'system.fault.unitId'
  if (isConnected(d.connection) && !d.since) faults.since = 'system.fault.since'
  return faults
}
