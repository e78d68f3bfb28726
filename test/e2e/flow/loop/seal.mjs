// The life of a seal: an application that is refused, one that another person approves, the seal that is made of it, stopped,
// resumed, and the old one revoked; licenses that wait for a person's word, one agreed to, one refused, one done by who
// stands in; and the log of all that, read by the auditor, who can do nothing else.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const registration = '特种设备使用登记证'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function come(story, login, name, to) {
  const person = await Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'seal' })
  await person.signIn(login, to)
  return person
}

/** Looks at a page at a desk, in large type and on a phone. */
async function lookEverywhere(person, name) {
  const { page } = person
  await person.look(name)
  const size = page.viewportSize()
  const large = (on) => page.evaluate((on) => (document.documentElement.dataset.large = String(on)), on)
  await large(true)
  await person.look(`${name}-large`)
  await large(false)
  await page.setViewportSize({ width: 390, height: 4000 })
  await person.look(`${name}-phone`)
  await page.setViewportSize(size)
}

const tabs = (page) => page.getByRole('navigation', { name: '印章各页' })
const offers = (page, action) => page.getByRole('main').getByRole('button', { name: action, exact: true }).count()

/** Gives the reason that a dialog asks for, and confirms. */
async function because(page, confirm, reason) {
  const dialog = page.getByRole('dialog')
  await dialog.locator('#change-reason').fill(reason)
  await dialog.getByRole('button', { name: confirm, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

const card = (page, words) => page.locator('section.card').filter({ hasText: words }).first()

async function apply(story) {
  story.sealManager = await come(story, 'gl-scjg-seal-manager', '印章管理', '/console/seals/requests')
  const manager = story.sealManager.page
  await heading(manager, '印章申请')
  await card(manager, '印模不清晰').waitFor()
  await lookEverywhere(story.sealManager, 'requests')
  await card(manager, '印模不清晰').getByRole('button', { name: '不同意', exact: true }).click()
  await because(manager, '不同意', '请附印模照片后重新申请')
  await card(manager, '印模不清晰').locator('.mark', { hasText: '不同意' }).waitFor()

  story.sealClerk = await come(story, 'gl-scjg-clerk', '经办', '/console/seals')
  const { page } = story.sealClerk
  await heading(page, '印章')
  await lookEverywhere(story.sealClerk, 'list')
  await page.getByRole('row').filter({ hasText: '在用' }).getByRole('link').first().click()
  await page.getByRole('heading', { name: '经过' }).waitFor()
  story.oldSeal = page.url()
  assert.equal(await offers(page, '停用'), 0, 'a clerk does not stop a seal')
  await page.getByRole('button', { name: '申请换发' }).click()
  await story.sealClerk.look('renew')
  await because(page, '申请换发', '印模不清晰，已附照片')
  await tabs(page).getByRole('link', { name: '申请' }).click()
  await heading(page, '印章申请')
  await card(page, '请附印模照片后重新申请').waitFor()
  const mine = card(page, '已附照片')
  await mine.getByText('待审批', { exact: true }).waitFor()
  assert.equal(await mine.getByRole('button', { name: '同意', exact: true }).count(), 0, 'whoever applied does not decide')
}

async function make(story) {
  const { page } = story.sealManager
  await page.reload()
  await heading(page, '印章申请')
  const asked = card(page, '已附照片')
  await asked.getByRole('button', { name: '同意', exact: true }).click()
  await because(page, '同意', '照片已核对')
  await asked.getByText('待制章', { exact: true }).waitFor()
  await asked.getByRole('button', { name: '制章', exact: true }).click()
  await because(page, '制章', '按批准的申请制章')
  await asked.getByText('已制章', { exact: true }).waitFor()
  await asked.locator('a.code').click()
  await page.getByText(/^替换印章/).waitFor()
  await page.locator('.mark', { hasText: '在用' }).waitFor()
  story.newSeal = page.url()
  await lookEverywhere(story.sealManager, 'made')
}

async function stop(story) {
  const { page } = story.sealManager
  const change = async (action, reason, state) => {
    await page.getByRole('main').getByRole('button', { name: action, exact: true }).click()
    await because(page, action, reason)
    await page.locator('.mark', { hasText: state }).first().waitFor()
  }
  await change('停用', '印章管理人员休假', '停用')
  await change('恢复', '休假结束', '在用')
  await page.goto(story.oldSeal)
  await page.locator('.mark', { hasText: '停用' }).waitFor()
  story.sealManager.expectRefusal(409, /^\/api\/v1\/seals\/.*\/state$/)
  await page.getByRole('main').getByRole('button', { name: '恢复', exact: true }).click()
  await page.getByRole('dialog').locator('#change-reason').fill('想两枚都用')
  await page.getByRole('dialog').getByRole('button', { name: '恢复', exact: true }).click()
  await page.getByText('这个机构已有可用的印章').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await change('注销', '已换发', '注销')
  assert.equal(await offers(page, '恢复'), 0, 'a revoked seal does not come back')
  await lookEverywhere(story.sealManager, 'revoked')
  assert.equal(await tabs(page).getByRole('link', { name: '用印', exact: true }).count(), 0, 'the manager cannot use the seal')
  assert.equal(await tabs(page).getByRole('link', { name: '用印日志' }).count(), 0, 'the manager does not read the log')
  await story.sealManager.leave()
}

async function use(story) {
  story.sealUser = await come(story, 'gl-scjg-seal-user', '用印', '/console/seals/desk')
  const { page } = story.sealUser
  await heading(page, '用印')
  const waiting = page.getByRole('listitem').filter({ hasText: registration })
  await waiting.first().waitFor()
  assert.equal(await waiting.count(), 3)
  await lookEverywhere(story.sealUser, 'desk')
  await waiting.first().getByRole('button', { name: '同意用印' }).click()
  await waiting.nth(2).waitFor({ state: 'detached' })
  await waiting.first().getByRole('button', { name: '不同意' }).click()
  await because(page, '不同意', '设备代码与检验报告不符')
  await waiting.nth(1).waitFor({ state: 'detached' })
  assert.equal(await tabs(page).getByRole('link', { name: '申请', exact: true }).count(), 0, 'the user decides no application')
  await page.goto(story.newSeal)
  await page.getByRole('heading', { name: '经过' }).waitFor()
  for (const action of ['停用', '恢复', '注销', '申请换发']) assert.equal(await offers(page, action), 0, `the user cannot ${action}`)

  const clerk = story.sealClerk.page
  await clerk.goto('/console/makings')
  await heading(clerk, '制证')
  await clerk.getByRole('row').filter({ hasText: registration }).filter({ hasText: '已盖章' }).first().waitFor()
}

async function standIn(story) {
  const { page } = story.sealUser
  await page.goto('/console/seals/desk')
  await page.getByRole('button', { name: '请同事代理' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '请同事代理' }).click()
  await dialog.getByText('请选择一位同事').waitFor()
  await lookEverywhere(story.sealUser, 'stand-in')
  const colleague = dialog.getByLabel('哪位同事')
  const who = (await colleague.locator('option').allTextContents()).find((o) => o.includes('审批'))
  await colleague.selectOption({ label: who })
  await dialog.getByLabel('代理到哪一天（含当天）').fill(new Date(Date.now() + 2 * 24 * 3600_000).toISOString().slice(0, 10))
  await because(page, '请同事代理', '外出开会两天')
  await page.getByText(/代施慎行用印/).waitFor()
  await lookEverywhere(story.sealUser, 'standing-in')

  const other = await come(story, 'gl-scjg-approver', '代理', '/console/seals/desk')
  await heading(other.page, '用印')
  const waiting = other.page.getByRole('listitem').filter({ hasText: registration })
  await waiting.first().getByRole('button', { name: '同意用印' }).click()
  await other.page.getByRole('heading', { name: '没有等待用印的证照' }).waitFor()
  await lookEverywhere(other, 'desk-empty')
  await other.leave()
  await page.reload()
  await page.getByRole('button', { name: /^收回代理：/ }).click()
  await because(page, '收回代理', '已经回来')
  await page.getByText('现在没有人代理。').waitFor()
  await story.sealUser.leave()
}

async function audit(story) {
  const auditor = await come(story, 'gl-scjg-seal-auditor', '用印审计', '/console/seals/uses')
  const { page } = auditor
  await heading(page, '用印日志')
  const rows = page.getByRole('row').filter({ hasText: registration })
  await rows.filter({ hasText: '手动' }).filter({ hasText: '施慎行' }).filter({ hasText: '已盖章' }).first().waitFor()
  await lookEverywhere(auditor, 'uses')
  await page.getByRole('button', { name: '已拒绝' }).click()
  await rows.filter({ hasText: '已拒绝' }).first().waitFor()
  await page.getByRole('row').filter({ hasText: '已盖章' }).first().waitFor({ state: 'detached' })
  assert.deepEqual(await tabs(page).getByRole('link').allTextContents().then((all) => all.map((x) => x.trim())), ['印章', '用印日志'], 'the auditor has nothing else')
  await page.goto(story.newSeal)
  await page.getByRole('heading', { name: '经过' }).waitFor()
  for (const action of ['停用', '恢复', '注销', '申请换发']) assert.equal(await offers(page, action), 0, `the auditor cannot ${action}`)
  await auditor.leave()
  await story.sealClerk.leave()
}

export const steps = [
  ['an application is refused with a reason, and made anew by the clerk, who does not decide it', apply],
  ['another person approves it and makes the seal', make],
  ['the seal is stopped and resumed, the old one revoked for good', stop],
  ['licenses wait for a person: one seal is set, one refused', use],
  ['a colleague stands in for a time, and no longer', standIn],
  ['the auditor reads every use and can do nothing else', audit],
]
