import type { CodeEntry, CodeTable } from '../api.org'

export interface TableDraft {
  name: string
  nameEn: string
  entries: CodeEntry[]
}

export function tableDraft(t: CodeTable): TableDraft {
  return { name: t.name, nameEn: t.nameEn ?? '', entries: (t.entries ?? []).map((e) => ({ ...e, labelEn: e.labelEn ?? '' })) }
}

/** What is sent; lines that were left empty are no codes. */
export function tableBody(d: TableDraft) {
  const entries = d.entries
    .map((e) => ({ code: e.code.trim(), label: e.label.trim(), labelEn: e.labelEn?.trim() || undefined, valid: e.valid }))
    .filter((e) => e.code || e.label)
  return { name: d.name.trim(), nameEn: d.nameEn.trim() || undefined, entries }
}

/** What is wrong with a line; keys of `codetable.fault` in the messages, by the line's place. */
export function entryFaults(entries: readonly CodeEntry[]): Map<number, 'code' | 'label' | 'twice'> {
  const faults = new Map<number, 'code' | 'label' | 'twice'>()
  const seen = new Set<string>()
  entries.forEach((e, i) => {
    const [code, label] = [e.code.trim(), e.label.trim()]
    if (!code && !label) return
    if (!code) faults.set(i, 'code')
    else if (!label) faults.set(i, 'label')
    else if (seen.has(code)) faults.set(i, 'twice')
    seen.add(code)
  })
  return faults
}

/** The list with one thing moved; unchanged at its ends. */
export function moved<T>(list: readonly T[], from: number, by: -1 | 1): T[] {
  const to = from + by
  const next = [...list]
  if (to < 0 || to >= next.length) return next
  const [x] = next.splice(from, 1)
  next.splice(to, 0, x as T)
  return next
}
