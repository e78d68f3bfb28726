import type { MatterEntry } from '../api.matter'

/** Elements that are one line or text, and that the matter office may set for one matter alone. */
export const textElements = ['name', 'basis', 'conditions', 'fee', 'resultName', 'consult', 'supervise'] as const
export type TextElement = (typeof textElements)[number]

/** What the form about a matter's own content holds. */
export interface OwnDraft {
  promisedDays: string
  place: string
  hours: string
  aliases: string
  /** Elements set for this matter alone; those that are not there are inherited. */
  own: Partial<Record<TextElement, string>>
}

export function ownDraft(e: MatterEntry): OwnDraft {
  const set = textElements.flatMap((k) => (typeof e.overrides?.[k] === 'string' ? [[k, e.overrides[k] as string] as const] : []))
  return {
    promisedDays: e.promisedDays ? String(e.promisedDays) : '',
    place: e.place ?? '',
    hours: e.hours ?? '',
    aliases: (e.aliases ?? []).join('\n'),
    own: Object.fromEntries(set),
  }
}

/** The entry as the form has it. What the form does not show (other elements, bindings) stays as it was. */
export function entryOf(e: MatterEntry, d: OwnDraft): MatterEntry {
  const overrides: Record<string, unknown> = { ...e.overrides }
  for (const k of textElements) {
    const text = d.own[k]
    if (text === undefined) delete overrides[k]
    else overrides[k] = text.trim()
  }
  const days = Number(d.promisedDays)
  return {
    ...e,
    promisedDays: days > 0 ? days : undefined,
    place: d.place.trim() || undefined,
    hours: d.hours.trim() || undefined,
    aliases: d.aliases.split(/\s+/).filter(Boolean),
    overrides: Object.keys(overrides).length ? overrides : undefined,
  }
}

/** What is wrong with the promised days: a whole number, no more than the law allows. */
export function daysFault(text: string, statutory: number): 'number' | 'long' | undefined {
  if (!text.trim()) return undefined
  if (!/^\d{1,3}$/.test(text.trim())) return 'number'
  return Number(text) > statutory ? 'long' : undefined
}
