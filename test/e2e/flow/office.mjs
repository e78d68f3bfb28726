// Behind the counter: an approver decides, another person of the unit reviews and publishes.

import assert from 'node:assert/strict'
import { licenseType, matter } from './counter.mjs'

export async function approve(story) {
  const { approver } = story
  const { page } = approver
  await approver.signIn('gl-scjg-approver', '/console/')
  await page.getByRole('heading', { name: '今日待办', level: 1 }).waitFor()
  const task = page.getByRole('listitem').filter({ hasText: story.caseNo })
  await task.getByText('等待取件审批').waitFor()
  await approver.look('approver-today')
  await task.getByRole('link', { name: matter }).click()
  await page.getByRole('heading', { name: matter, level: 1 }).waitFor()
  await approver.look('approver-case')
  await page.getByRole('button', { name: '取件' }).click()
  await page.getByRole('button', { name: '批准', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '批准这个办件' })
  await dialog.getByRole('button', { name: '确认批准' }).click()
  await dialog.getByText('请写明意见').waitFor()
  await approver.look('approver-opinion')
  await dialog.getByLabel('意见').fill('申请符合法定条件和标准，同意。')
  await dialog.getByRole('button', { name: '确认批准' }).click()
  await page.getByText('办件已批准，正在制证').waitFor()
  await page.getByText('已盖章，待复核').waitFor()
  await approver.look('approver-case-approved')

  // Who approved cannot review: the list names the approver and leads to how it is made, not to the review.
  await page.getByRole('link', { name: '查看制证进度' }).click()
  await page.getByRole('heading', { name: '制证', level: 1 }).waitFor()
  const row = page.getByRole('row').filter({ hasText: story.caseNo })
  await row.getByText('（本人）').waitFor()
  assert.match(await row.getByRole('link', { name: licenseType }).getAttribute('href'), /\/licenses\//)
  await approver.look('approver-makings')
}

export async function review(story) {
  const { reviewer } = story
  const { page } = reviewer
  await reviewer.signIn('gl-scjg-reviewer', '/console/')
  await page.getByRole('heading', { name: '今日待办', level: 1 }).waitFor()
  await page.getByText('复核证照，发布或退回').waitFor()
  await reviewer.look('reviewer-today')
  await page.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '制证' }).click()
  await page.getByRole('row').filter({ hasText: story.caseNo }).waitFor()
  await reviewer.look('reviewer-makings')
  await page.getByRole('row').filter({ hasText: story.caseNo }).getByRole('link', { name: licenseType }).click()
  const face = page.getByRole('img', { name: `${licenseType}的照面` })
  await face.waitFor()
  assert.ok(await face.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)), 'the face was drawn')
  story.licenseId = new URL(page.url()).pathname.split('/').at(-1)
  await reviewer.look('reviewer-making')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '发布证照' })
  await dialog.waitFor()
  await reviewer.look('reviewer-publish')
  await dialog.getByRole('button', { name: '确认发布' }).click()
  await page.getByText('证照已发布，持证主体可以使用。').waitFor()
  await reviewer.look('reviewer-published')
}
