import { daysUntil, stateOf, type ApplicationSummary, type HeldLicense, type Use } from '@yinxin/shared'

/** Something that waits for the holder: which sentence, about what, and where it leads. */
export interface Todo {
  key: string
  message: 'expiring' | 'expiresToday' | 'inspectionOverdue' | 'suspended' | 'lost' | 'disputed' | 'refused' | 'mend' | 'draft'
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

/** What the holder's list of waiting things is made from. */
interface Known {
  licenses: readonly HeldLicense[]
  uses?: readonly Use[]
  applications?: readonly ApplicationSummary[]
}

/** What waits for the holder, most urgent first. */
export function todos({ licenses, uses = [], applications = [] }: Known, now: Date = new Date()): Todo[] {
  const all = [...ofApplications(applications), ...licenses.flatMap((l) => ofLicense(l, now) ?? []), ...ofRefusals(uses, now)]
  return all.sort((a, b) => rank(a) - rank(b) || a.n - b.n)
}

// Urgent things first, what is only worth a look last.
function rank(todo: Todo): number {
  if (todo.urgent) return 0
  return todo.message === 'refused' ? 2 : 1
}

// What must be corrected holds a case up; what was begun is only called to mind. Several matters of one life event
// are one thing.
function ofApplications(applications: readonly ApplicationSummary[]): Todo[] {
  const seen = new Set<string>()
  return applications.flatMap((a): Todo[] => {
    if (!a.todo) return []
    const mend = a.stage === 'mend'
    const to = a.bundleId && !mend ? `/bundles/${a.bundleId}` : `/applications/${a.caseNo}`
    if (seen.has(to)) return []
    seen.add(to)
    return [{ key: to, message: mend ? 'mend' : 'draft', name: a.matter.name, n: 0, date: a.openedAt, urgent: mend, to }]
  })
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
  const to = recent.length === 1 ? `/uses/${recent[0]!.recordNo}` : '/uses?show=refused'
  return [{ key: 'refused', message: 'refused', name: '', n: recent.length, date: '', urgent: false, to }]
}
