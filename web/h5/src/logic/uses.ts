import type { Ground, Use, UsesAsk } from '@yinxin/shared'

/** What the page of uses is narrowed to, as its address has it. */
export type Narrowed = Pick<UsesAsk, 'license' | 'unit' | 'ground' | 'from' | 'to'> & { refused: boolean; own: boolean }

const grounds: readonly Ground[] = ['case', 'consent', 'presentation', 'inspection', 'self', 'share', 'issuing', 'commitment', 'break-glass', 'archive', 'quality', 'analysis']
const text = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined)
const day = (v: unknown): string | undefined => (typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v) ? v : undefined)

/** Reads the address of the page. */
export function narrowed(query: Readonly<Record<string, unknown>>): Narrowed {
  return {
    license: text(query.license),
    unit: text(query.unit),
    ground: grounds.find((g) => g === query.ground),
    from: day(query.from),
    to: day(query.to),
    refused: query.show === 'refused',
    own: query.own === '1',
  }
}

/** The address of a narrowed page. */
export function addressOf(n: Narrowed): Record<string, string> {
  const { refused, own, ...rest } = n
  const all = { ...rest, show: refused ? 'refused' : undefined, own: own ? '1' : undefined }
  return Object.fromEntries(Object.entries(all).flatMap(([k, v]) => (v ? [[k, v]] : [])))
}

/** What to ask the server. Given and refused are asked for apart, so that refusals cannot push out what was given. */
export function askOf(n: Narrowed, before?: string): UsesAsk {
  const { refused, own, ...rest } = n
  return { ...rest, result: refused ? 'refused' : 'given', others: !own && n.ground !== 'self', before, limit: 50 }
}

export interface Choice {
  value: string
  label: string
}

/** Licenses and units to narrow by: those seen so far, each once, by name. */
export function choices(seen: readonly Use[], of: (u: Use) => { value?: string; label?: string }): Choice[] {
  const found = new Map<string, string>()
  for (const u of seen) {
    const { value, label } = of(u)
    if (value && label) found.set(value, label)
  }
  return [...found].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label, 'zh'))
}

/** Whether anything but the kind of result is narrowed. */
export const isNarrowed = (n: Narrowed): boolean => Boolean(n.license || n.unit || n.ground || n.from || n.to)
