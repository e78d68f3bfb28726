import type { RouteLocationRaw } from 'vue-router'
import type { CaseSummary, Making, Session } from '../api'
import type { DeskAppeal } from '../api.appeal'
import type { ConfigTask } from '../api.org'
import { deadlineKind, momentKind, type DeadlineKind } from './deadline'

/** What is to be done; a key of `today.verb` in the messages. */
export type Duty = 'accept' | 'take' | 'decide' | 'review'

/** One piece of today's work. */
export interface Task {
  key: string
  duty: Duty | 'config' | 'answer'
  /** What is to be done: a key of the messages. */
  verb: string
  to: RouteLocationRaw
  subject: string
  /** A message that the subject stands in, where its bare name says too little. */
  named?: string
  person: string
  caseNo?: string
  electronic: boolean
  missing: number
  due: DeadlineKind
  workdaysLeft?: number
  /** Empty: it has no deadline. */
  dueAt: string
}

// What has no deadline comes after all that has one.
const never = 8.64e15

const order: Record<DeadlineKind, number> = { overdue: 0, today: 1, soon: 2, later: 2 }

/** 逾期在先；其次全程电子证照的办件（榕政办〔2018〕214号 第三条 优先受理、优先验证）；再按期限。 */
export function sortTasks(tasks: readonly Task[]): Task[] {
  return [...tasks].sort(
    (a, b) =>
      order[a.due] - order[b.due] ||
      Number(b.electronic) - Number(a.electronic) ||
      (Date.parse(a.dueAt) || never) - (Date.parse(b.dueAt) || never) ||
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
export function tasksOf(cases: readonly CaseSummary[], makings: readonly Making[], me: Session, work: readonly ConfigTask[] = [], appeals: readonly DeskAppeal[] = [], more: readonly Task[] = []): Task[] {
  const byKey = new Map<string, Task>()
  for (const c of cases) {
    const duty = caseDuty(c, me)
    if (duty) byKey.set(c.caseNo, caseTask(c, duty))
  }
  const reviews = makings.filter((m) => m.step === 'sealed' && !m.mine).map(reviewTask)
  return sortTasks([...byKey.values(), ...reviews, ...appeals.filter(waitsForMe).map(appealTask), ...work.map(configTask), ...more])
}

function caseTask(c: CaseSummary, duty: Duty): Task {
  return {
    key: c.caseNo,
    duty,
    verb: `today.verb.${duty}`,
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
    verb: 'today.verb.review',
    to: { name: 'making', params: { licenseId: m.licenseId } },
    subject: m.type.name,
    person: m.holderNameMasked,
    caseNo: m.caseNo,
    electronic: true,
    missing: 0,
    due: momentKind(m.dueAt),
    workdaysLeft: m.workdaysLeft,
    dueAt: m.dueAt,
  }
}

/** An appeal that nobody has taken, or that is in the reader's hands. */
const waitsForMe = (a: DeskAppeal) => a.state === 'waiting' || (a.state === 'taken' && a.mine)

function appealTask(a: DeskAppeal): Task {
  return {
    key: `appeal-${a.id}`,
    duty: 'answer',
    verb: `appeals.verb.${a.kind}`,
    to: { name: 'appeal', params: { appealId: a.id } },
    subject: a.type?.name ?? a.matter?.name ?? '',
    person: a.holderName,
    electronic: false,
    missing: 0,
    due: deadlineKind(a.workdaysLeft),
    workdaysLeft: a.workdaysLeft,
    dueAt: a.dueAt,
  }
}

/** Work that configuration gives: 审核、绑定、补岗、录日历. */
function configTask(w: ConfigTask): Task {
  return {
    key: `${w.kind}-${w.subjectId}-${w.unit?.id ?? ''}`,
    duty: 'config',
    verb: `work.kind.${w.kind}`,
    to: workPlace(w),
    subject: w.label || w.subjectId,
    named: w.kind === 'calendar-year' ? 'work.year' : undefined,
    person: w.unit?.name ?? '',
    electronic: false,
    missing: 0,
    due: w.late ? 'overdue' : w.dueAt ? momentKind(w.dueAt) : 'later',
    workdaysLeft: w.workdaysLeft,
    dueAt: w.dueAt ?? '',
  }
}

const listPages: Record<string, string> = { exempt: 'exempt', inspection: 'inspections', scenario: 'scenarios' }

/** The page on which a piece of work is done. */
export function workPlace(w: Pick<ConfigTask, 'kind' | 'subjectId' | 'detail'> & { role?: string }): RouteLocationRaw {
  const id = w.subjectId
  switch (w.kind) {
    case 'type-review':
      return { name: 'type-review', params: { draftId: id } }
    case 'type-returned':
      return { name: 'type-draft', params: { draftId: id } }
    case 'type-outdated':
      return { name: 'type', params: { typeCode: id } }
    case 'list-review':
      return { name: listPages[w.detail?.list ?? ''] ?? 'exempt', query: { state: 'submitted' } }
    case 'matter-unbound':
      return { name: 'unbound' }
    case 'duty-vacant':
      return { name: 'unit', params: { unitId: id } }
    case 'calendar-year':
      return { name: 'calendar', params: { year: id } }
    case 'license-chase':
      if (w.detail?.licenseId) return { name: 'making', params: { licenseId: w.detail.licenseId } }
      if (w.detail?.typeCode) return { name: 'type', params: { typeCode: w.detail.typeCode } }
      return w.role === 'digital' ? { name: 'systems' } : { name: 'unbound' }
    case 'glass-report':
      return { name: 'glasses' }
    case 'seal-approve':
      return { name: 'seal-requests' }
    case 'license-overdue':
      return { name: 'deadlines', query: { state: 'overdue' } }
    case 'case-unconfirmed':
    case 'case-contradicted':
      return { name: 'systems' }
    case 'commitment-overdue':
    case 'commitment-broken':
      return { name: 'case', params: { caseNo: w.detail?.caseNo ?? '' } }
    default:
      return { name: 'imports', query: { kind: w.detail?.kind, id } }
  }
}

/** What somebody with nothing to do is told: a key of the messages, and pages of `work.see` to go to meanwhile. */
export function idleOf(me: Session): { text: string; see: ('units' | 'settings' | 'systems' | 'catalog' | 'matters' | 'changes')[] } {
  const has = (role: string) => me.roles.includes(role)
  if (has('clerk')) return { text: 'today.emptyClerk', see: [] }
  if (has('approver')) return { text: 'today.emptyApprover', see: [] }
  if (has('reviewer')) return { text: 'today.emptyReviewer', see: [] }
  if (has('supervisor')) return { text: 'appeals.idleSupervisor', see: [] }
  if (has('digital')) return { text: 'work.emptyDigital', see: ['catalog', 'systems', 'changes'] }
  if (has('admin')) return { text: 'work.emptyAdmin', see: ['units', 'settings', 'changes'] }
  if (has('catalog')) return { text: 'work.emptyCatalog', see: ['catalog'] }
  if (has('matters')) return { text: 'work.emptyMatters', see: ['matters'] }
  return { text: 'work.emptyVerifier', see: [] }
}
