// The states of a license (证照状态): one table, same words, colours and order on every page.

export const stateNames = [
  'making',
  'notYet',
  'valid',
  'pledged',
  'disputed',
  'lost',
  'suspended',
  'inspectionOverdue',
  'superseded',
  'expired',
  'cancelled',
  'revoked',
  'penalty',
  'abolished',
] as const

export type StateName = (typeof stateNames)[number]

/** The meaning a colour carries; never the only carrier: a word and a shape go with it. */
export type Tone = 'jade' | 'amber' | 'ink' | 'red' | 'muted'

/** How a relying party may treat the license. */
export type Standing = 'inForce' | 'notYet' | 'paused' | 'ended'

export interface StateRow {
  readonly name: StateName
  readonly zh: string
  readonly en: string
  readonly tone: Tone
  readonly shape: string
  readonly standing: Standing
}

// Shapes are strokes in a 16 × 16 box; each state has its own.
const circle = 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z'
const square = 'M3 3h10v10H3z'

const table: readonly StateRow[] = [
  row('making', '制证中', 'In making', 'amber', 'M3 8h.01M8 8h.01M13 8h.01', 'notYet'),
  row('notYet', '未生效', 'Not yet in force', 'amber', `${circle}M8 5v3l2 2`, 'notYet'),
  row('valid', '有效', 'In force', 'jade', 'M3 8.5 6.5 12 13 4.5', 'inForce'),
  row('pledged', '质押', 'Pledged', 'ink', 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5', 'inForce'),
  row('disputed', '争议中', 'Disputed', 'amber', 'M2.5 3h11v8H8l-3 2.5V11H2.5zM8 5v2.5M8 9h.01', 'inForce'),
  row('lost', '挂失', 'Reported lost', 'red', `${circle}M3.8 3.8l8.4 8.4`, 'paused'),
  row('suspended', '挂起', 'Suspended', 'amber', 'M5.5 3.5v9M10.5 3.5v9', 'paused'),
  row('inspectionOverdue', '年检逾期', 'Inspection overdue', 'amber', 'M8 2.5 14 13H2zM8 6.5v3M8 11.2h.01', 'paused'),
  row('superseded', '历史版本', 'Earlier version', 'muted', 'M2.5 5.5h8v8h-8zM5.5 5.5v-3h8v8h-3', 'ended'),
  row('expired', '已过期', 'Expired', 'muted', 'M4 2.5h8M4 13.5h8M5 2.5c0 4 6 7 6 11M11 2.5c0 4-6 7-6 11', 'ended'),
  row('cancelled', '已注销', 'Cancelled', 'muted', `${circle}M5 8h6`, 'ended'),
  row('revoked', '已撤销', 'Withdrawn', 'red', 'M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6', 'ended'),
  row('penalty', '已吊销', 'Revoked', 'red', 'M4 4l8 8M12 4l-8 8', 'ended'),
  row('abolished', '已废止', 'Abolished', 'muted', `${square}M5.5 5.5l5 5M10.5 5.5l-5 5`, 'ended'),
]

function row(name: StateName, zh: string, en: string, tone: Tone, shape: string, standing: Standing): StateRow {
  return { name, zh, en, tone, shape, standing }
}

/** The table in its fixed order. */
export const states: readonly StateRow[] = table

const key = (s: string) => s.toLowerCase().replace(/[^a-z一-鿿]/g, '')

const byKey = new Map<string, StateRow>(table.flatMap((r) => [[key(r.name), r] as const, [key(r.zh), r] as const]))

/** Finds a state by its code in any spelling (`INSPECTION_OVERDUE`, `inspectionOverdue`) or by its Chinese word. */
export function stateOf(code: string): StateRow | undefined {
  return byKey.get(key(code))
}
