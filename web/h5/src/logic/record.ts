import type { Use } from '@yinxin/shared'

/** An opened record of the log, as the platform wrote it. */
export type RecordBody = Record<string, unknown>

/** The members of an opened record as lines for people: lists stay lists, empty members are left out. */
export function recordLines(body: RecordBody): { name: string; values: string[] }[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== null && v !== '').map(wordOf)
    return values.length > 0 ? [{ name, values }] : []
  })
}

const wordOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/**
 * Whether the record in the log says what the page shows: the same moment, license, ground, result, purpose and case.
 * A page could show one thing while the log holds another; this is what finds it out.
 */
export function agrees(use: Use, body: RecordBody): boolean {
  const same = (member: string, shown: string | undefined) => (body[member] ?? '') === (shown ?? '')
  return (
    Math.abs(Date.parse(String(body.at)) - Date.parse(use.at)) < 1000 &&
    same('licenseId', use.license.id) &&
    same('ground', use.ground) &&
    same('result', use.result) &&
    same('purpose', use.purpose) &&
    same('caseNo', use.caseNo)
  )
}
