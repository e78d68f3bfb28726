import type { Session } from '../api'
import type { AnnualItem } from '../api.annual'
import type { Batch } from '../api.batch'
import type { Operation } from '../api.life'
import { momentKind } from './deadline'
import type { Task } from './tasks'

/** What waits in a unit beside its cases: changes of licenses, inspections, batches. */
export interface UnitWork {
  operations?: readonly Operation[]
  inspections?: readonly AnnualItem[]
  batches?: readonly Batch[]
}

const plain = { duty: 'config', electronic: false, missing: 0 } as const

/** What of it this person is to do now. */
export function unitTasks(work: UnitWork, me: Session): Task[] {
  const reviewer = me.roles.includes('reviewer')
  const mayInspect = (i: AnnualItem) => (i.step === 'applied' && me.roles.includes('clerk')) || (i.step === 'examined' && reviewer)
  return [
    ...(work.operations ?? []).filter((o) => o.state === 'open' && !o.mine && reviewer).map(operationTask),
    ...(work.inspections ?? []).filter(mayInspect).map(inspectionTask),
    ...(work.batches ?? []).flatMap((b) => batchTask(b, reviewer) ?? []),
  ]
}

function operationTask(o: Operation): Task {
  return { ...plain, key: `operation-${o.operationId}`, verb: 'today.verb.operation', to: { name: 'operations' }, subject: `${o.text} · ${o.type.name}`, person: o.holderNameMasked, due: 'later', dueAt: '' }
}

function inspectionTask(i: AnnualItem): Task {
  const dueAt = `${i.due}T23:59:59+08:00`
  return {
    ...plain, key: `annual-${i.id}`, verb: `today.verb.${i.step === 'applied' ? 'examine' : 'inspected'}`, to: { name: 'annual', params: { annualId: i.id } },
    subject: i.license.type.name, person: i.license.holderNameMasked, due: i.late ? 'overdue' : momentKind(dueAt), workdaysLeft: i.workdaysLeft, dueAt,
  }
}

/** A batch that waits for the second person's word, or that came back to its maker. */
function batchTask(b: Batch, reviewer: boolean): Task | undefined {
  const review = b.state === 'review' && b.ours && !b.mine && reviewer
  const back = b.state === 'checked' && b.mine && Boolean(b.words)
  if (!review && !back) return undefined
  const due = b.dueAt ? momentKind(b.dueAt) : 'later'
  return { ...plain, key: `batch-${b.id}`, verb: `today.verb.${review ? 'batch' : 'batchBack'}`, to: { name: 'batch', params: { batchId: b.id } }, subject: b.fileName || b.type.name, person: b.type.name, due, workdaysLeft: b.workdaysLeft, dueAt: b.dueAt ?? '' }
}
