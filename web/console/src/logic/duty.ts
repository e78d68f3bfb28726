import { steps, type Candidate, type Coded, type Duty, type Step } from '../api.org'

/** The code that stands for all types that have nobody of their own. */
export const allTypes = '*'

/** Who answers for one step of one type: somebody named for it, or the one for all types; vacant if neither is in use. */
export interface Post {
  step: Step
  duty?: Duty
  /** Answered for by the one named for all types. */
  inherited: boolean
  vacant: boolean
}

export interface DutyRow {
  /** Absent: the row for all types. */
  type?: Coded
  posts: Post[]
}

/** The table of a unit: a row for all types, then one for each type that the unit issues. */
export function dutyRows(types: readonly Coded[], duties: readonly Duty[]): DutyRow[] {
  const named = (step: Step, code?: string) => duties.find((d) => d.step === step && d.type?.code === code)
  const general: DutyRow = {
    posts: steps.map((step) => {
      const duty = named(step)
      return { step, duty, inherited: false, vacant: duty !== undefined && !duty.active }
    }),
  }
  const rows = types.map((type) => ({
    type,
    posts: steps.map((step): Post => {
      const own = named(step, type.code)
      const duty = own ?? named(step)
      return { step, duty, inherited: own === undefined && duty !== undefined, vacant: !duty?.active }
    }),
  }))
  return [general, ...rows]
}

export function vacanciesIn(rows: readonly DutyRow[]): number {
  return rows.filter((r) => r.type).flatMap((r) => r.posts).filter((p) => p.vacant).length
}

/** Who can be named for a step: the role allows it, and nobody reviews what they make. */
export function candidatesFor(all: readonly Candidate[], row: DutyRow, step: Step): { person: Candidate; able: boolean }[] {
  const other = step === 'make' ? 'review' : step === 'review' ? 'make' : undefined
  const taken = row.posts.find((p) => p.step === other)?.duty?.person.id
  return all.filter((c) => c.steps.includes(step)).map((person) => ({ person, able: person.accountId !== taken }))
}
