import { mergeThree, orderStep } from './merge'

/** One field that a change touched; undefined on the side where it was not there. */
export interface FieldChange {
  path: readonly string[]
  before: unknown
  after: unknown
}

/** What differs between two states of a thing, field by field. A thing that came or went whole is told by its fields. */
export function diffFields(before: unknown, after: unknown): FieldChange[] {
  return mergeThree(before ?? {}, after ?? {}, before ?? {})
    .filter((p) => !p.path.includes(orderStep) || p.path.length > 1)
    .flatMap((p): FieldChange[] => spread(p.path, p.base, p.theirs))
}

/** An object that came or went is told field by field, one level deep, so that no row holds a lump of JSON. */
function spread(path: readonly string[], before: unknown, after: unknown): FieldChange[] {
  const whole = [before, after].find((v) => v !== undefined && v !== null)
  const isNew = before === undefined || after === undefined
  if (!isNew || typeof whole !== 'object' || whole === null || Array.isArray(whole)) return [{ path, before, after }]
  const side = (v: unknown, k: string) => (v as Record<string, unknown> | undefined)?.[k]
  return Object.keys(whole).map((k) => ({ path: [...path, k], before: side(before, k), after: side(after, k) }))
}

/** A value as one line of text; empty for what is not there. */
export function valueText(v: unknown, words: { yes: string; no: string; comma: string }): string {
  if (v === undefined || v === null || v === '') return ''
  if (typeof v === 'boolean') return v ? words.yes : words.no
  // Several things of one name are told once.
  if (Array.isArray(v)) return [...new Set(v.map((x) => valueText(x, words)))].join(words.comma)
  if (typeof v === 'object') return objectText(v as Record<string, unknown>, words)
  return String(v)
}

function objectText(v: Record<string, unknown>, words: { yes: string; no: string; comma: string }): string {
  const name = v.name ?? v.label ?? v.title
  if (typeof name === 'string' && name) return name
  return Object.entries(v)
    .map(([k, x]) => [k, valueText(x, words)] as const)
    .filter(([, text]) => text)
    .map(([k, text]) => `${k} ${text}`)
    .join(words.comma)
}
