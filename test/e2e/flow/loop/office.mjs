// What the chapters share: asking the server as a page would, telling the register of identity cards what to do, and the
// work of a unit on one case.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Asks the server as the page would. */
export function ask(person, method, path, body) {
  return person.page.evaluate(
    async ([method, path, body]) => {
      const res = await fetch(`/api/v1${path}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) })
      if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${await res.text()}`)
      return res.json()
    },
    [method, path, body],
  )
}

/** Tells the demonstration's register of identity cards what to do, as `yinxin reference source --tell` does. */
export async function tell({ city }, order) {
  const base = (await readFile(join(city.data, 'source.txt'), 'utf8')).trim()
  const res = await fetch(`${base}/control`, { method: 'PUT', body: JSON.stringify(order) })
  assert.equal(res.status, 204)
}

/** Clerk, approver and reviewer of a unit do their work on a case that is theirs; the license is made. */
export async function decide({ clerk, approver, reviewer }, no, license) {
  await clerk.page.goto(`/console/cases/${no}?queue=unit`)
  const submit = clerk.page.getByRole('button', { name: '提交审批' })
  const take = clerk.page.getByRole('button', { name: '取件' })
  await submit.or(take).first().waitFor()
  if (await take.isVisible()) await take.click()
  await submit.click()
  let dialog = clerk.page.getByRole('dialog', { name: '提交审批' })
  await dialog.getByLabel('意见').fill('材料齐全，建议批准。')
  await dialog.getByRole('button', { name: '确认提交' }).click()
  await clerk.page.getByText('办件在审批环节').waitFor()

  await approver.page.goto(`/console/cases/${no}?queue=decide`)
  await approver.page.getByRole('button', { name: '取件' }).click()
  await approver.page.getByRole('button', { name: '批准', exact: true }).click()
  dialog = approver.page.getByRole('dialog', { name: '批准这个办件' })
  await dialog.getByLabel('意见').fill('申请符合法定条件，同意。')
  await dialog.getByRole('button', { name: '确认批准' }).click()
  await approver.page.getByText('办件已批准，正在制证').waitFor()

  await reviewer.page.goto('/console/makings')
  await reviewer.page.getByRole('row').filter({ hasText: no }).getByRole('link', { name: license }).click()
  await reviewer.page.getByRole('button', { name: '发布', exact: true }).waitFor()
  await reviewer.settle() // once published, its face is no longer the reviewer's to see
  await reviewer.page.getByRole('button', { name: '发布', exact: true }).click()
  await reviewer.page.getByRole('dialog', { name: '发布证照' }).getByRole('button', { name: '确认发布' }).click()
  await reviewer.page.getByText('证照已发布，持证主体可以使用。').waitFor()
}
