import type { CaseDetail, CaseMaterial } from '../api'

/** What a member of staff can do about a material that was not fetched; a key of `next` in the messages. */
export type NextStep = 'paper' | 'renew' | 'askIssuer' | 'addParty' | 'notNeeded' | 'collect'

// No advice where the reason's own words already give it.
const steps: Record<string, NextStep | undefined> = {
  'material.source-down': undefined,
  'material.source-wrong': undefined,
  'material.source-none': undefined,
  'material.in-making': undefined,
  'material.late': undefined,
  'material.unbound': undefined,
  'material.source-says': 'askIssuer',
  'material.missing': undefined,
  'material.holder-unknown': 'paper',
  'material.party-absent': 'addParty',
  'material.expired': 'renew',
  'material.not-in-force': 'askIssuer',
  'access.case.type': 'notNeeded',
  'access.case.time': undefined,
  'access.license.state': 'askIssuer',
}

/** The advice for a material: by the reason's code, or by its status where the code is not known here. */
export function nextStep(m: CaseMaterial): NextStep | undefined {
  if (m.status === 'plain') return 'collect'
  if (m.status === 'lent' || m.status === 'paper' || m.status === 'promised') return undefined
  const code = m.reason?.code ?? ''
  if (code in steps) return steps[code]
  if (m.license?.state === 'expired') return 'renew'
  if (m.status === 'missing') return 'paper'
  return m.status === 'unusable' ? 'askIssuer' : undefined
}

/** Paper may be taken only for what no electronic license satisfies (榕政办〔2018〕214号 第十五条), and never for
 * what the matter does not need. */
export function mayTakePaper(m: CaseMaterial): boolean {
  return !['lent', 'paper', 'attached'].includes(m.status) && nextStep(m) !== 'notNeeded'
}

/** Materials whose license changed its state after the case was opened. */
export function changedMaterials(c: CaseDetail): CaseMaterial[] {
  return c.materials.filter((m) => m.recheck?.changed)
}

/** The stage as people speak of it: a case that came back from the approver is being corrected (退回补正). */
export function spokenStage(c: CaseDetail): CaseDetail['stage'] | 'returned' {
  const last = c.history.findLast((h) => h.action === 'return' || h.action === 'submit')
  return c.stage === 'accept' && last?.action === 'return' ? 'returned' : c.stage
}

/** How many materials came by themselves, and how many still need something. */
export function fetchTally(c: CaseDetail): { lent: number; open: number; plain: number } {
  const count = (...s: CaseMaterial['status'][]) => c.materials.filter((m) => s.includes(m.status)).length
  return { lent: count('lent'), open: count('missing', 'unusable', 'refused', 'down'), plain: count('plain') }
}

/** The articles of the Measures that bear on a case, in order; keys of `rules.a` in the messages. */
export function rulesOf(c: CaseDetail, makesLicense: boolean): number[] {
  const has = (s: CaseMaterial['status']) => c.materials.some((m) => m.status === s)
  const rules = new Set<number>()
  if (c.electronic) rules.add(3)
  if (makesLicense) rules.add(7)
  if (has('unusable')) rules.add(9)
  if (has('lent') || has('refused')) rules.add(12)
  if (c.materials.some((m) => m.type)) rules.add(15)
  if (has('missing')) rules.add(17)
  return [...rules].sort((a, b) => a - b)
}

const byStatus: Partial<Record<CaseMaterial['status'], number>> = { missing: 15, unusable: 9, refused: 12 }

/** The article a reason rests on: the one its words cite, else the one that governs its status. */
export function articleFor(m: CaseMaterial): number | undefined {
  return (m.reason && articleOf(m.reason.zh)) ?? byStatus[m.status]
}

const numerals = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']

/** 第十五条 → 15: the first article that a text names. */
export function articleOf(text: string): number | undefined {
  const m = /第([一二三四五六七八九十]+)条/.exec(text) ?? /art\.?\s*(\d+)/i.exec(text)
  if (!m?.[1]) return undefined
  if (/^\d+$/.test(m[1])) return Number(m[1])
  const [tens, ones] = m[1].includes('十') ? m[1].split('十') : ['', m[1]]
  const ten = m[1].includes('十') ? (tens ? numerals.indexOf(tens) : 1) : 0
  return ten * 10 + (ones ? numerals.indexOf(ones) : 0)
}
