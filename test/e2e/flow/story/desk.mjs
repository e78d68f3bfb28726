// What the story asks of the server where a page's buttons are not what the picture is about.

import { ask } from '../loop/office.mjs'

export { ask, tell } from '../loop/office.mjs'

export const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

/** The version of a case that a change is made to. */
export const versionOf = async (who, no) => ({ version: (await ask(who, 'GET', `/cases/${no}`)).version })

/** Clerk, approver and reviewer bring a case from acceptance to the license. */
export async function finish({ clerk, approver, reviewer }, no) {
  await ask(clerk, 'POST', `/cases/${no}/submit`, { ...(await versionOf(clerk, no)), opinion: '材料齐全，建议批准。' })
  const taken = await ask(approver, 'POST', `/cases/${no}/take`, await versionOf(approver, no))
  const made = await ask(approver, 'POST', `/cases/${no}/decision`, { version: taken.version, outcome: 'approve', opinion: '同意。' })
  if (made.result?.licenseId) await ask(reviewer, 'POST', `/makings/${made.result.licenseId}/review`, { outcome: 'publish', opinion: '复核无误。' })
}
