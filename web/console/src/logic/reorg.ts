import type { Coded, Reorganise, Unit } from '../api.org'
import type { Choice } from './combo'

export type ReorgKind = Reorganise['kind']
export const reorgKinds: readonly ReorgKind[] = ['merge', 'split', 'handover', 'close']

/** A re-organisation as it is put together. */
export interface ReorgDraft {
  kind: ReorgKind
  /** The units it happens to, at the versions that were seen. */
  units: Unit[]
  successors: Choice[]
  /** Who takes over which type: the unit's code by the type's. */
  takers: Record<string, string>
  decisionNo: string
}

/** A merger takes several units, all else one. */
export function manyUnits(k: ReorgKind): boolean {
  return k === 'merge'
}

/** Only a division has several successors; closing may have none. */
export function manySuccessors(k: ReorgKind): boolean {
  return k === 'split'
}

/** Types are given out one by one only where there is something to choose. */
export function choosesTypes(k: ReorgKind): boolean {
  return k === 'split' || k === 'handover'
}

export function endsUnits(k: ReorgKind): boolean {
  return k !== 'handover'
}

/** What is missing; keys of `reorg.fault` in the messages, by step of the page. */
export function reorgFaults(d: ReorgDraft): Partial<Record<'units' | 'successors' | 'types' | 'decisionNo', string>> {
  const faults: ReturnType<typeof reorgFaults> = {}
  const ids = new Set(d.units.map((u) => u.id))
  if (!d.units.length) faults.units = 'reorg.fault.units'
  else if (d.units.some((u) => u.state !== 'active')) faults.units = 'reorg.fault.ended'
  if (d.kind !== 'close' && !d.successors.length) faults.successors = 'reorg.fault.successors'
  else if (d.kind === 'split' && d.successors.length < 2) faults.successors = 'reorg.fault.two'
  else if (endsUnits(d.kind) && d.kind !== 'split' && d.kind !== 'merge' && d.successors.some((s) => ids.has(s.value))) faults.successors = 'reorg.fault.self'
  else if (!endsUnits(d.kind) && d.successors.some((s) => ids.has(s.value))) faults.successors = 'reorg.fault.self'
  else if (d.kind === 'merge' && d.units.length === 1 && d.successors.some((s) => ids.has(s.value))) faults.successors = 'reorg.fault.alone'
  if (d.kind === 'handover' && !Object.values(d.takers).some(Boolean)) faults.types = 'reorg.fault.types'
  if ([...d.decisionNo.trim()].length < 2) faults.decisionNo = 'reorg.fault.decisionNo'
  return faults
}

export function reorgBody(d: ReorgDraft, reason: string): Reorganise {
  const chief = d.successors[0]?.value
  return {
    kind: d.kind,
    // A unit that absorbs others goes on itself, and is not among those that end.
    units: d.units.filter((u) => !(d.kind === 'merge' && u.id === chief)).map((u) => ({ id: u.id, version: u.version })),
    successors: d.successors.map((s) => s.value),
    types: choosesTypes(d.kind)
      ? Object.entries(d.takers)
          .filter(([, to]) => to)
          .map(([type, to]) => ({ type, to }))
      : [],
    decisionNo: d.decisionNo.trim(),
    reason,
  }
}

/** What is known of each unit before: for telling what will follow. */
export interface Known {
  types: readonly Coded[]
  mandates: number
  /** Undefined where the asker may not count accounts. */
  accounts?: number
}

/** One line of what will follow: a key of `reorg.will` in the messages, with its values. */
export interface Consequence {
  key: string
  args: Record<string, string | number | string[]>
  loud?: boolean
}

/** What will follow, told before it is done. */
export function consequences(d: ReorgDraft, known: ReadonlyMap<string, Known>): Consequence[] {
  const chief = d.successors[0]
  const nameOf = (id: string) => d.successors.find((s) => s.value === id)?.label ?? id
  const ending = endsUnits(d.kind) ? d.units.filter((u) => u.id !== chief?.value) : []
  const lines: Consequence[] = ending.map((u) => ({ key: 'ends', args: { name: shown(u) } }))
  const takes = chief ? chief.label : (d.units[0]?.path.at(-1)?.name ?? '')

  const moved = Object.entries(choosesTypes(d.kind) ? d.takers : {}).filter(([, to]) => to)
  const names = new Map(d.units.flatMap((u) => known.get(u.id)?.types ?? []).map((x) => [x.code, x.name]))
  for (const to of new Set(moved.map(([, x]) => x))) {
    const types = moved.filter(([, x]) => x === to)
    lines.push({ key: 'types', args: { n: types.length, names: types.map(([c]) => names.get(c) ?? c), to: nameOf(to) } })
  }
  if (takes) for (const u of ending) lines.push(...restOf(u, known.get(u.id), moved.length, takes, chief !== undefined))
  lines.push({ key: 'licenses', args: {} })
  const accounts = ending.reduce((n, u) => n + (known.get(u.id)?.accounts ?? 0), 0)
  if (accounts) lines.push({ key: 'accounts', args: { n: accounts }, loud: true })
  if (ending.length) lines.push({ key: 'final', args: {}, loud: true })
  return lines
}

const shown = (u: Unit): string => u.shownName || u.name

function restOf(u: Unit, k: Known | undefined, moved: number, to: string, followed: boolean): Consequence[] {
  const lines: Consequence[] = []
  const rest = (k?.types.length ?? 0) - moved
  if (rest > 0) lines.push({ key: followed ? 'rest' : 'answers', args: { n: rest, name: shown(u), to } })
  if (u.children) lines.push({ key: 'children', args: { n: u.children, name: shown(u), to } })
  if (k?.mandates) lines.push({ key: 'mandates', args: { n: k.mandates, name: shown(u), to } })
  return lines
}
