import type { CaseQueue, Session } from '../api'

/** The queues a person may see, the one they work from first. */
export function queuesOf(me: Session): CaseQueue[] {
  const queues: CaseQueue[] = me.roles.includes('approver') ? ['decide', 'mine', 'unit'] : ['mine', 'unit']
  return me.roles.includes('clerk') ? [...queues.filter((q) => q === 'mine'), ...queues.filter((q) => q !== 'mine')] : queues
}

/** The queue the address names, where it is one of theirs; else their first. */
export function queueOf(asked: unknown, me: Session): CaseQueue {
  const queues = queuesOf(me)
  return queues.find((q) => q === asked) ?? queues[0] ?? 'mine'
}
