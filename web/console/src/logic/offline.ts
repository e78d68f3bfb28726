import type { MakingForm, OfflineEntry, OwnField } from '../api.making'

export interface EntryDraft {
  holders: { name: string; code: string }[]
  fields: Record<string, string>
  number: string
  issuedOn: string
  closedOn: string
  systemId: string
  caseNo: string
  paperSerial: string
  /** Identifier of the license of which this is the next version; its holders are kept. */
  follows: string
  why: string
  /** The holder's name from now on; empty: as before. */
  newName: string
}

export function emptyDraft(today: string, form?: MakingForm): EntryDraft {
  const holders = Array.from({ length: form?.holdersMin ?? 1 }, () => ({ name: '', code: '' }))
  return { holders, fields: {}, number: '', issuedOn: today, closedOn: today, systemId: '', caseNo: '', paperSerial: '', follows: '', why: '', newName: '' }
}

/** What the request holds: nothing that was left empty. */
export function entryOf(typeCode: string, d: EntryDraft): OfflineEntry {
  const text = (s: string) => s.trim() || undefined
  return {
    typeCode,
    holders: d.follows ? undefined : d.holders.map((h) => ({ name: h.name.trim(), code: h.code.trim().toUpperCase() })),
    fields: Object.fromEntries(Object.entries(d.fields).filter(([, v]) => v.trim())),
    number: text(d.number),
    issuedOn: d.issuedOn,
    closedOn: d.closedOn,
    systemId: text(d.systemId),
    caseNo: text(d.caseNo),
    paperSerial: text(d.paperSerial),
    follows: text(d.follows),
    why: (text(d.why) as OfflineEntry['why']) ?? undefined,
    newName: d.follows && (d.why === '07' || d.why === '08') ? text(d.newName) : undefined,
  }
}

/** The first thing that is empty and must not be, by the id of its control. */
export function firstLacking(form: MakingForm, d: EntryDraft): string | undefined {
  for (const [i, h] of d.follows ? [] : d.holders.entries()) {
    if (!h.name.trim()) return `holder-name-${i}`
    if (!h.code.trim()) return `holder-code-${i}`
  }
  const field = form.fields?.find((f) => lacks(f, d))
  if (field) return `own-${field.name}`
  if (!form.numbered && !d.follows && !d.number.trim()) return 'entry-number'
  if (!d.issuedOn) return 'entry-issued'
  if (!d.closedOn) return 'entry-closed'
  return undefined
}

export const lacks = (f: OwnField, d: EntryDraft) => f.required && !d.fields[f.name]?.trim()

/** The control that a finding of the server is about. */
export function controlOf(field: string | undefined): string | undefined {
  if (!field) return undefined
  const holder = /^holders\[(\d+)\]\.(name|code)$/.exec(field)
  if (holder) return `holder-${holder[2]}-${holder[1]}`
  const own: Record<string, string> = {
    number: 'entry-number',
    issuedOn: 'entry-issued',
    closedOn: 'entry-closed',
    systemId: 'entry-system',
    caseNo: 'entry-case',
    paperSerial: 'entry-serial',
    newName: 'follow-name',
  }
  return own[field] ?? `own-${field}`
}
