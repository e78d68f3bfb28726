import type { components } from '@yinxin/shared/openapi.d.ts'

// A license type (证照类型) as it is edited: the server's catalog.Type. Everything here gives new values; nothing is
// changed in place, so that what was read can be compared with what was made of it.

type Schemas = components['schemas']

export const fieldTypes = ['text', 'date', 'number', 'code', 'photo'] as const
export const objectKinds = ['text', 'field', 'photo', 'table', 'rect', 'line', 'path', 'qr', 'seal'] as const
export const families = ['identity', 'business', 'property', 'permit', 'life'] as const
export const kinds = ['license', 'approval', 'proof', 'material', 'card'] as const
export const holderKinds = ['natural', 'legal', 'mixed'] as const
export const makings = ['online', 'offline', 'vertical', 'external'] as const
export const validityRules = ['years', 'until', 'long', 'none'] as const
export const levels = [1, 2, 3, 4, 5] as const

export type ObjectKind = (typeof objectKinds)[number]
export type FieldKind = (typeof fieldTypes)[number]

export type LicenseType = Schemas['CatalogType']
export type TypeField = Schemas['CatalogField']
export type FaceObject = Schemas['CatalogFaceObject']
export type FaceColumn = Schemas['CatalogColumn']
export type SealStep = Schemas['CatalogSealStep']

/** The base elements that every license has (GB/T 36903); they may stand on a face without being declared. */
export const baseFields: readonly TypeField[] = [
  { name: 'ZZMC', label: '证照名称', labelEn: 'License', type: 'text' },
  { name: 'ZZBH', label: '证照编号', labelEn: 'Number', type: 'text' },
  { name: 'CZZT', label: '持证主体', labelEn: 'Holder', type: 'text' },
  { name: 'CZZTDM', label: '持证主体代码', labelEn: 'Holder’s code', type: 'text' },
  { name: 'ZZBFJG', label: '颁发机构', labelEn: 'Issuing authority', type: 'text' },
  { name: 'ZZBFJGDM', label: '颁发机构代码', labelEn: 'Issuing authority’s code', type: 'text' },
  { name: 'ZZBFRQ', label: '颁发日期', labelEn: 'Date of issue', type: 'date' },
  { name: 'ZZYXQQSRQ', label: '有效期起始日期', labelEn: 'Valid from', type: 'date' },
  { name: 'ZZYXQJZRQ', label: '有效期截止日期', labelEn: 'Valid until', type: 'date' },
  { name: 'ZZLXDM', label: '证照类型代码', labelEn: 'Type code', type: 'text' },
  { name: 'ZZBS', label: '证照标识', labelEn: 'Identifier', type: 'text' },
]

/** What the seal of most licenses is called, on the seal itself too. */
export const usualSeal = '电子证照专用章'

/** A type with nothing in it yet but what most types have. */
export function blankType(unit?: { id: string; name: string }): LicenseType {
  return {
    code: unit?.id ?? '',
    version: 1,
    name: '',
    nameEn: '',
    definer: unit?.id ?? '',
    definerName: unit?.name ?? '',
    level: 4,
    family: 'permit',
    holderKind: 'legal',
    holders: 1,
    making: 'online',
    validity: { rule: 'years', years: 5 },
    number: '{region}{year}{seq6}',
    fields: [],
    face: { width: 297, height: 210, objects: [] },
    seals: [{ step: 1, unit: 'issuer', name: usualSeal }],
    kind: 'license',
    definerLevel: 2,
  }
}

/** A type as read from the server: lists that are empty there may come as nothing. */
export function whole(t: LicenseType): LicenseType {
  return { ...t, fields: t.fields ?? [], seals: t.seals ?? [], face: { ...t.face, objects: t.face.objects ?? [] } }
}

/** A copy that shares nothing with its model. */
export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

const empty = (v: unknown) => v === undefined || v === null || v === '' || v === 0 || v === false || (Array.isArray(v) && v.length === 0)

/** Whether two values say the same: what is absent equals what is empty, as on the wire. */
export function same(a: unknown, b: unknown): boolean {
  if (empty(a) && empty(b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => same(x, b[i]))
  }
  const x = a as Record<string, unknown>
  const y = b as Record<string, unknown>
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((k) => same(x[k], y[k]))
}

/** A name for the next own field, after those that are there: KZ_ZD1, KZ_ZD2 … */
export function nextFieldName(fields: readonly TypeField[], stem = 'KZ_ZD'): string {
  const taken = new Set(fields.map((f) => f.name))
  let n = 1
  while (taken.has(`${stem}${n}`)) n++
  return `${stem}${n}`
}

export function blankField(fields: readonly TypeField[]): TypeField {
  return { name: nextFieldName(fields), label: '', labelEn: '', type: 'text', maxLen: 40, required: true }
}

/** A new object of a kind, somewhere it can be seen, with the measures such things usually have. */
export function blankObject(kind: ObjectKind, face: LicenseType['face']): FaceObject {
  const x = round(face.width * 0.1)
  const y = round(face.height * 0.5)
  const look = { color: '#1F2328' }
  switch (kind) {
    case 'text':
      return { kind, x, y, text: '文字', size: 4.2, ...look }
    case 'field':
      return { kind, x, y, w: 90, field: 'CZZT', size: 4.4, lines: 1, ...look }
    case 'photo':
      return { kind, x, y, w: 26, h: 32 }
    case 'table':
      return { kind, x, y, w: round(face.width * 0.8), h: 7, size: 3.6, rows: 4, columns: [], ...look, stroke: 0.2 }
    case 'rect':
      return { kind, x, y, w: 60, h: 30, stroke: 0.3, ...look }
    case 'line':
      return { kind, x, y, w: 60, h: 0, stroke: 0.3, ...look }
    case 'path':
      return { kind, x, y, w: 20, h: 20, stroke: 0.3, path: 'M 0 0 L 20 0 L 10 17 C', ...look }
    case 'qr':
      return { kind, x, y, w: 24, h: 24 }
    case 'seal':
      return { kind, x, y, w: 40, h: 40, step: 1 }
  }
}

export const round = (n: number) => Math.round(n * 100) / 100

/** A list with one thing put in after a place. */
export function inserted<T>(list: readonly T[], after: number, item: T): T[] {
  return [...list.slice(0, after + 1), item, ...list.slice(after + 1)]
}

export function removed<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, i) => i !== at)
}

/** A list with one thing moved by some places; it stops at the ends. */
export function moved<T>(list: readonly T[], at: number, by: number): T[] {
  const to = Math.max(0, Math.min(list.length - 1, at + by))
  const item = list[at]
  if (item === undefined || to === at) return [...list]
  const rest = removed(list, at)
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}

/** Renames a field everywhere the face speaks of it, so that nothing on it points to a name that is gone. */
export function renamedField(face: LicenseType['face'], from: string, to: string): LicenseType['face'] {
  const name = (s: string | undefined) => {
    const [base, ...parts] = (s ?? '').split(':')
    return base === from ? [to, ...parts].join(':') : s
  }
  const objects = face.objects.map((o) => ({
    ...o,
    ...(o.field === undefined ? {} : { field: name(o.field) }),
    ...(o.columns ? { columns: o.columns.map((c) => ({ ...c, field: name(c.field) ?? '' })) } : {}),
  }))
  return { ...face, objects }
}

/** Names of fields that stand on the face, base elements too. */
export function onFace(t: Pick<LicenseType, 'face'>): Set<string> {
  const names = t.face.objects.flatMap((o) => [o.field, ...(o.columns ?? []).map((c) => c.field)])
  return new Set(names.filter(Boolean).map((n) => (n as string).split(':')[0] as string))
}

/** Objects that name a field which the type does not have (any more). */
export function strayObjects(t: LicenseType): number[] {
  const known = new Set([...baseFields, ...t.fields].map((f) => f.name))
  const stray = (o: FaceObject) => [o.field, ...(o.columns ?? []).map((c) => c.field)].some((n) => n && !known.has(n.split(':')[0] as string))
  return t.face.objects.flatMap((o, i) => (stray(o) ? [i] : []))
}
