import type { NewUnit, Unit } from '../api.org'
import { codeFault, tidyCode } from './codes'
import type { Choice } from './combo'

/** A unit as it is typed: what is picked keeps its name beside its code. */
export interface UnitDraft {
  id: string
  name: string
  nameEn: string
  short: string
  level: number
  kind: Unit['kind']
  parent?: Choice
  region?: Choice
}

export type UnitBody = Omit<NewUnit, 'id' | 'reason' | '$schema'>

export function blankUnit(parent?: Unit): UnitDraft {
  return {
    id: '',
    name: '',
    nameEn: '',
    short: '',
    level: parent ? Math.min(parent.level + 1, 6) : 3,
    kind: 'government',
    parent: parent && { value: parent.id, label: parent.name, note: parent.id },
    region: parent && { value: parent.area ?? parent.region, label: parent.regionName ?? parent.region, note: parent.area ?? parent.region },
  }
}

export function unitDraft(u: Unit): UnitDraft {
  const above = u.path.at(-1)
  return {
    id: u.id,
    name: u.name,
    nameEn: u.nameEn ?? '',
    short: u.short ?? '',
    level: u.level,
    kind: u.kind,
    parent: above && { value: above.id, label: above.name, note: above.id },
    region: { value: u.area ?? u.region, label: u.regionName ?? u.region, note: u.area ?? u.region },
  }
}

/** What is sent: a place below the county is sent as region and area. */
export function unitBody(d: UnitDraft): UnitBody {
  const place = d.region?.value ?? ''
  return {
    name: d.name.trim(),
    nameEn: d.nameEn.trim() || undefined,
    short: d.short.trim() || undefined,
    level: d.level,
    region: place.slice(0, 6),
    area: place.length > 6 ? place : undefined,
    parentId: d.parent?.value,
    kind: d.kind,
  }
}

/** What is wrong before anything is sent; keys of `unit.fault` and `codes` in the messages, by field. */
export function unitFaults(d: UnitDraft, fresh: boolean): Record<string, string> {
  const faults: Record<string, string> = {}
  const code = fresh ? codeFault(tidyCode(d.id), ['uscc']) : undefined
  if (code) faults.id = `codes.${code}`
  if ([...d.name.trim()].length < 2) faults.name = 'unit.fault.name'
  if (!d.region) faults.region = 'unit.fault.region'
  return faults
}
