import type { Dossier, DossierLicense } from '@yinxin/shared'

/** How many licenses there are in all. */
export function licenseCount(d: Dossier): number {
  return d.groups.reduce((n, g) => n + g.licenses.length, 0)
}

/** Something said of a license below its name: a key of `dossier` in the messages, and what it names. */
export interface Said {
  key: 'version' | 'to' | 'noEnd' | 'joint' | 'paper'
  args: Record<string, unknown>
}

/** What belongs to a license, in the order in which it is told; a first version is not called one. */
export function saidOf(l: DossierLicense, date: (day: string) => string, comma: string): Said[] {
  const said: Said[] = []
  if (l.version > 1) said.push({ key: 'version', args: { n: l.version } })
  said.push(l.validTo ? { key: 'to', args: { date: date(l.validTo) } } : { key: 'noEnd', args: {} })
  if (l.joint?.length) said.push({ key: 'joint', args: { names: l.joint.join(comma) } })
  if (l.paperSerial) said.push({ key: 'paper', args: { no: l.paperSerial } })
  return said
}
