import type { CaseSummary, Making, Session } from '../api'
import { deadlineKind, momentKind, type DeadlineKind } from './deadline'

/** What is to be done; a key of `today.verb` in the messages. */
export type Duty = 'accept' | 'take' | 'decide' | 'review'

/** One piece of today's work. */
export interface Task {
  key: string
  duty: Duty
  to: { name: string; params: Record<string, string> }
  subject: string
  person: string
  caseNo?: string
  electronic: boolean
  missing: number
  due: DeadlineKind
  workdaysLeft?: number
  dueAt: string
}

const order: Record<DeadlineKind, number> = { overdue: 0, today: 1, soon: 2, later: 2 }

/** 逾期在先；其次全程电子证照的办件（榕政办〔2018〕214号 第三条 优先受理、优先验证）；再按期限。 */
export function sortTasks(tasks: readonly Task[]): Task[] {
  return [...tasks].sort(
    (a, b) =>
      order[a.due] - order[b.due] ||
      Number(b.electronic) - Number(a.electronic) ||
      Date.parse(a.dueAt) - Date.parse(b.dueAt) ||
      a.key.localeCompare(b.key),
  )
}

/** Groups of sorted tasks under the headings of the page; empty groups are left out. */
export function groupTasks(tasks: readonly Task[]): { kind: 'overdue' | 'today' | 'later'; tasks: Task[] }[] {
  const kinds = ['overdue', 'today', 'later'] as const
  const kindOf = (t: Task) => (t.due === 'overdue' || t.due === 'today' ? t.due : 'later')
  const sorted = sortTasks(tasks)
  return kinds.map((kind) => ({ kind, tasks: sorted.filter((t) => kindOf(t) === kind) })).filter((g) => g.tasks.length)
}

/** The work a case means for this person now; undefined when it waits for someone else. */
export function caseDuty(c: CaseSummary, me: Session): Duty | undefined {
  if (c.state === 'closed') return undefined
  if (c.stage === 'decide' && me.roles.includes('approver')) {
    if (c.mine) return 'decide'
    return c.assignee ? undefined : 'take'
  }
  return c.mine && c.stage === 'accept' && me.roles.includes('clerk') ? 'accept' : undefined
}

/** Today's work out of the queues a person may see; a case in two queues is one task. */
export function tasksOf(cases: readonly CaseSummary[], makings: readonly Making[], me: Session): Task[] {
  const byKey = new Map<string, Task>()
  for (const c of cases) {
    const duty = caseDuty(c, me)
    if (duty) byKey.set(c.caseNo, caseTask(c, duty))
  }
  const reviews = makings.filter((m) => m.step === 'sealed' && !m.mine).map(reviewTask)
  return sortTasks([...byKey.values(), ...reviews])
}

function caseTask(c: CaseSummary, duty: Duty): Task {
  return {
    key: c.caseNo,
    duty,
    to: { name: 'case', params: { caseNo: c.caseNo } },
    subject: c.matter.name,
    person: c.applicantName,
    caseNo: c.caseNo,
    electronic: c.electronic,
    missing: c.missing,
    due: deadlineKind(c.workdaysLeft),
    workdaysLeft: c.workdaysLeft,
    dueAt: c.dueAt,
  }
}

function reviewTask(m: Making): Task {
  return {
    key: `making-${m.licenseId}`,
    duty: 'review',
    to: { name: 'making', params: { licenseId: m.licenseId } },
    subject: m.type.name,
    person: m.holderNameMasked,
    caseNo: m.caseNo,
    electronic: true,
    missing: 0,
    due: momentKind(m.dueAt),
    dueAt: m.dueAt,
  }
}
