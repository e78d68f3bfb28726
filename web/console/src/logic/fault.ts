import { Problem } from '@yinxin/shared'

/** The words of a refusal that blame one field, by the field's JSON name; undefined where it is not blamed. */
export function faultOf(problem: unknown, field: string, lang: string): string | undefined {
  if (!(problem instanceof Problem)) return undefined
  const bare = (name: string) => name.replace(/^body\./, '')
  const f = problem.fields.find((x) => bare(x.field) === field || bare(x.field).startsWith(`${field}.`) || bare(x.field).startsWith(`${field}[`))
  return f && (lang === 'en' ? f.en : f.zh)
}

/** Whether somebody else changed the thing meanwhile. */
export function isConflict(problem: unknown): boolean {
  return problem instanceof Problem && problem.status === 409 && problem.code === 'conflict'
}
