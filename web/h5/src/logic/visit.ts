import type { VisitDetail } from '@yinxin/shared'

/** A task as it is planned. */
export interface PlanDraft {
  code: string
  name: string
  matterCode: string
  days: number | ''
}

/** The first field that keeps a task from being planned; a key of `visit.fault` in the messages. */
export function planFault(d: PlanDraft): keyof PlanDraft | undefined {
  if (!d.name.trim()) return 'name'
  if (!/^[0-9A-Za-z]{15,18}$/.test(d.code.trim())) return 'code'
  if (!d.matterCode) return 'matterCode'
  return typeof d.days === 'number' && Number.isInteger(d.days) && d.days >= 1 && d.days <= 30 ? undefined : 'days'
}

type VisitType = VisitDetail['types'][number]

/** The types of which nothing was found yet: they keep a task from being finished. */
export function openTypes(v: VisitDetail): VisitType[] {
  return v.types.filter((x) => !x.findings.length)
}

/** What was found of one license. */
export function findingOf(x: VisitType, licenseId: string): VisitType['findings'][number]['result'] | undefined {
  return x.findings.find((f) => f.licenseId === licenseId)?.result
}
