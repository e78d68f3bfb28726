import type { TypeFinding } from '../api.catalog'
import type { LicenseType } from './type'
import type { Part } from './typewords'

// What keeps a type from being published, and where in the editor each thing is mended.

/** A place in the editor: a part, which item of its list is meant, and the control that mends it. */
export interface Place {
  part: Part
  /** Of a field, an object or a seal step: its position. */
  index?: number
  /** The id of that item, where the control is not on the page. */
  item?: string
  /** The id of the control; empty where the part as a whole is meant. */
  control: string
}

const homes: Record<string, { part: Part; control: string }> = {
  code: { part: 'basic', control: 'type-code' },
  name: { part: 'basic', control: 'type-name' },
  nameEn: { part: 'basic', control: 'type-nameEn' },
  kind: { part: 'basic', control: 'type-kind' },
  definer: { part: 'basic', control: 'type-definer' },
  definerName: { part: 'basic', control: 'type-definer' },
  definerLevel: { part: 'basic', control: 'type-definerLevel' },
  level: { part: 'basic', control: 'type-level' },
  issuerLevels: { part: 'basic', control: 'type-level' },
  family: { part: 'basic', control: 'type-family' },
  standard: { part: 'basic', control: 'type-standard' },
  basis: { part: 'basic', control: 'type-basis' },
  holderKind: { part: 'holder', control: 'type-holderKind' },
  holders: { part: 'holder', control: 'type-holders' },
  holdersMin: { part: 'holder', control: 'type-holdersMin' },
  making: { part: 'business', control: 'type-making' },
  source: { part: 'business', control: 'type-source' },
  national: { part: 'business', control: 'type-making' },
  'validity.rule': { part: 'business', control: 'type-validity' },
  'validity.years': { part: 'business', control: 'type-years' },
  'validity.months': { part: 'business', control: 'type-months' },
  'validity.days': { part: 'business', control: 'type-days' },
  validity: { part: 'business', control: 'type-validity' },
  'inspection.months': { part: 'business', control: 'type-inspection-months' },
  'inspection.remind': { part: 'business', control: 'type-inspection-remind' },
  'inspection.basis': { part: 'business', control: 'type-inspection-basis' },
  'inspection.overdue': { part: 'business', control: 'type-inspection-overdue' },
  inspection: { part: 'business', control: 'type-inspection' },
  parts: { part: 'business', control: 'type-parts' },
  duplicate: { part: 'business', control: 'type-duplicate' },
  rules: { part: 'business', control: 'add-rule' },
  compare: { part: 'business', control: 'add-compare' },
  fields: { part: 'fields', control: 'add-field' },
  'face.width': { part: 'face', control: 'face-width' },
  'face.height': { part: 'face', control: 'face-height' },
  face: { part: 'face', control: 'add-object' },
  seals: { part: 'manage', control: 'add-seal' },
  bindsSeal: { part: 'manage', control: 'type-binds-seal' },
  secrecy: { part: 'manage', control: 'type-secrecy' },
  usage: { part: 'manage', control: 'type-usage' },
  number: { part: 'number', control: 'type-number' },
}

const lists: Record<string, { part: Part; item: string }> = {
  fields: { part: 'fields', item: 'field' },
  'face.objects': { part: 'face', item: 'object' },
  objects: { part: 'face', item: 'object' },
  seals: { part: 'manage', item: 'seal' },
}

/** Controls of an item that go by another name than the server's. */
const renamed: Record<string, string> = { 'object-columns': 'column-0-field' }

/** Where a finding is mended. The path leads; field and object help where it says no more than the part. */
export function placeOf(f: Pick<TypeFinding, 'path' | 'field' | 'object'>, t: Pick<LicenseType, 'fields'>): Place {
  const path = f.path.replace(/^(body|type|draft)\./, '')
  const item = /^(fields|face\.objects|objects|seals)[[.](\d+)\]?(?:\.(\w+))?/.exec(path)
  if (item) return itemPlace(item[1] as string, Number(item[2]), item[3])
  const rule = /^(rules|compare)[[.](\d+)/.exec(path)
  if (rule) return { part: 'business', control: `${rule[1] === 'rules' ? 'rule' : 'compare'}-${rule[2]}` }
  const named = /^fields\[([^\]]+)\](?:\.(\w+))?/.exec(path)
  const fieldName = named?.[1] ?? f.field
  if (f.object !== undefined && (path.startsWith('face') || !path)) return itemPlace('face.objects', f.object, undefined)
  const index = fieldName ? t.fields.findIndex((x) => x.name === fieldName) : -1
  if (index >= 0 && (named || path === 'fields' || !homes[path])) return itemPlace('fields', index, named?.[2])
  return homes[path] ?? homes[path.split(/[.[]/)[0] ?? ''] ?? { part: 'basic', control: '' }
}

function itemPlace(list: string, index: number, prop: string | undefined): Place {
  const home = lists[list] as { part: Part; item: string }
  const control = `${home.item}-${prop ?? ''}`
  const item = `${home.item}s-${index}`
  return { part: home.part, index, item, control: prop ? (renamed[control] ?? control) : item }
}

/** How many findings each part has. */
export function countByPart(findings: readonly TypeFinding[], t: Pick<LicenseType, 'fields'>): Map<Part, number> {
  const counts = new Map<Part, number>()
  for (const f of findings) {
    const { part } = placeOf(f, t)
    counts.set(part, (counts.get(part) ?? 0) + 1)
  }
  return counts
}

/** The words of findings, by the position in a part's list. */
export function byIndex(findings: readonly TypeFinding[], t: Pick<LicenseType, 'fields'>, part: Part, say: (f: TypeFinding) => string): Map<number, string> {
  const words = new Map<number, string>()
  for (const f of findings) {
    const p = placeOf(f, t)
    if (p.part !== part || p.index === undefined) continue
    words.set(p.index, [words.get(p.index), say(f)].filter(Boolean).join(' '))
  }
  return words
}

/** The words of the findings that one control mends. */
export function faultAt(findings: readonly TypeFinding[], t: Pick<LicenseType, 'fields'>, control: string, index: number | undefined, say: (f: TypeFinding) => string): string | undefined {
  const found = findings.filter((f) => {
    const p = placeOf(f, t)
    return p.control === control && p.index === index
  })
  return found.length ? found.map(say).join(' ') : undefined
}

/** One finding once, though the gate and the preview both tell it. */
export function unique(findings: readonly TypeFinding[]): TypeFinding[] {
  const seen = new Set<string>()
  return findings.filter((f) => {
    const key = [f.path, f.code, f.field ?? '', f.object ?? '', f.zh].join('|')
    return !seen.has(key) && seen.add(key)
  })
}
