/** A matter as it is entered by hand: its item, and what the unit adds. */
export interface NewMatter {
  baseCode: string
  name: string
  nameEn: string
  kind: string
  basis: string
  holderKind: 'natural' | 'legal' | 'mixed'
  conditions: string
  statutoryDays: number
  fee: string
  materials: { name: string; required: boolean }[]
  promisedDays: number | undefined
  place: string
  hours: string
}

/** 实施编码: the unit's code, the level at which it acts, the item's code; empty while one of them is missing. */
export function codeOf(unit: string | undefined, level: number, baseCode: string): string {
  return unit && level && /^[0-9]{12}$/.test(baseCode) ? `${unit}${level}${baseCode}` : ''
}

/** The fields that must still be filled in, in the order of the page. */
export function lacking(d: NewMatter, unit: string | undefined, itemKnown: boolean): string[] {
  const list: string[] = []
  if (!/^[0-9]{12}$/.test(d.baseCode)) list.push('baseCode')
  if (!itemKnown) {
    if (!d.name.trim()) list.push('name')
    if (!d.basis.trim()) list.push('basis')
  }
  if (!unit) list.push('unit')
  return list
}

/** The item as the interface takes it. Materials are bound afterwards; the form follows from the result's fields. */
export function newItem(d: NewMatter, result?: string) {
  return {
    baseCode: d.baseCode,
    kind: d.kind,
    name: d.name.trim(),
    nameEn: d.nameEn.trim() || undefined,
    basis: d.basis.trim(),
    holderKind: d.holderKind,
    conditions: d.conditions.trim() || undefined,
    statutoryDays: d.statutoryDays,
    fee: d.fee.trim() || undefined,
    materials: d.materials.filter((m) => m.name.trim()).map((m, i) => ({ seq: i + 1, name: m.name.trim(), required: m.required })),
    result: result || undefined,
    duty: result ? ('here' as const) : ('none' as const),
  }
}
