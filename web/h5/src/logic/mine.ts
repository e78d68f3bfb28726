import type { ApplicationSummary, BundleSummary } from '@yinxin/shared'
import { standing } from './application'

/** One line of what somebody applied for: an application, or one for several matters. */
export type Mine = { key: string; opened: string; group: Group } & ({ application: ApplicationSummary } | { bundle: BundleSummary })

/** Who has it in hand: the applicant, the units, or nobody any more. */
export type Group = 'yours' | 'open' | 'over'

const over = ['approved', 'refused', 'withdrawn']

/** What somebody applied for, the newest first; the matters of a life event are one line. */
export function mineOf(applications: readonly ApplicationSummary[], bundles: readonly BundleSummary[]): Mine[] {
  const single = applications
    .filter((a) => !a.bundleId)
    .map((application): Mine => {
      const group = application.todo ? 'yours' : over.includes(standing(application)) ? 'over' : 'open'
      return { key: application.caseNo, opened: application.openedAt, group, application }
    })
  const several = bundles.map((bundle): Mine => {
    const group = bundle.todo ? 'yours' : bundle.state === 'running' || bundle.state === 'draft' ? 'open' : 'over'
    return { key: bundle.id, opened: bundle.createdAt, group, bundle }
  })
  return [...single, ...several].sort((a, b) => Date.parse(b.opened) - Date.parse(a.opened))
}
