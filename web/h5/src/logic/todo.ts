import { daysUntil, stateOf, type HeldLicense, type Use } from '@yinxin/shared'

/** Something that waits for the holder: which sentence, about what, and where it leads. */
export interface Todo {
  key: string
  message: 'expiring' | 'expiresToday' | 'inspectionOverdue' | 'suspended' | 'lost' | 'disputed' | 'refused'
  name: string
  n: number
  date: string
  urgent: boolean
  to: string
}

/** How many days before its end a license is called to mind. */
export const expiryNotice = 30

const refusalDays = 7
const waitingStates = ['inspectionOverdue', 'suspended', 'lost', 'disputed'] as const

/** What waits for the holder, most urgent first. */
export function todos(licenses: readonly HeldLicense[], uses: readonly Use[], now: Date = new Date()): Todo[] {
  const all = [...licenses.flatMap((l) => ofLicense(l, now) ?? []), ...ofRefusals(uses, now)]
  return all.sort((a, b) => rank(a) - rank(b) || a.n - b.n)
}

// Urgent things first, what is only worth a look last.
function rank(todo: Todo): number {
  if (todo.urgent) return 0
  return todo.message === 'refused' ? 2 : 1
}

function ofLicense(l: HeldLicense, now: Date): Todo | undefined {
  const row = stateOf(l.state)
  const base = { key: l.id, name: l.type.name, n: 0, date: l.validTo ?? '', to: `/licenses/${l.id}` }
  const waiting = waitingStates.find((s) => s === row?.name)
  if (waiting) return { ...base, message: waiting, urgent: waiting !== 'disputed' }
  const n = l.validTo ? daysUntil(l.validTo, now) : undefined
  if (row?.standing !== 'inForce' || n === undefined || n < 0 || n > expiryNotice) return undefined
  return { ...base, n, message: n === 0 ? 'expiresToday' : 'expiring', urgent: n <= 7 }
}

function ofRefusals(uses: readonly Use[], now: Date): Todo[] {
  const recent = uses.filter((u) => u.result === 'refused' && -(daysUntil(u.at, now) ?? -99) < refusalDays)
  if (recent.length === 0) return []
  const to = recent.length === 1 ? `/uses/${recent[0]!.recordNo}` : '/uses'
  return [{ key: 'refused', message: 'refused', name: '', n: recent.length, date: '', urgent: false, to }]
}
