// An emergency look: asked for by one, approved by another of another post, looked at once, ended, refused from then on with the
// rule that refused, and read about by a supervisor.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()
const reason = '人民法院调查令〔2026〕闽0102号'
const come = (story, name) => Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'glass' })
const record = (person) => person.page.getByRole('listitem').filter({ hasText: reason })

async function arrive(person, login) {
  await person.signIn(login, '/console/break-glass')
  await heading(person.page, '应急查看')
}

async function ask(story) {
  story.glassAsker = await come(story, '管理')
  const { page } = story.glassAsker
  await arrive(story.glassAsker, 'admin')
  const box = await (await page.request.get('/docs/sandbox.json')).json()
  await page.getByLabel('电子证照标识').fill(box.licenses.businessLicense)
  await page.getByLabel('为什么必须查看').fill(reason)
  await page.getByLabel('查看时间').fill('30')
  await page.getByRole('button', { name: '提交申请' }).click()
  await record(story.glassAsker).getByText('等待批准').waitFor()
  assert.equal(await record(story.glassAsker).getByRole('button', { name: '批准' }).count(), 0, 'nobody approves their own')
  await story.glassAsker.look('asked')
}

async function approve(story) {
  story.glassSecond = await come(story, '数字办')
  await arrive(story.glassSecond, 'digital')
  await record(story.glassSecond).getByRole('button', { name: '批准' }).click()
  await record(story.glassSecond).getByText('可以查看').waitFor()
  assert.equal(await record(story.glassSecond).getByRole('button', { name: '查看一次' }).count(), 0, 'who approves does not look')
}

async function look(story) {
  const { page } = story.glassAsker
  await page.reload()
  await record(story.glassAsker).getByRole('button', { name: '查看一次' }).click()
  await record(story.glassAsker).getByText('榕印').first().waitFor()
  await record(story.glassAsker).getByText('查看1次，拒绝0次').waitFor()
  await story.glassAsker.look('looked')
}

/** The asker's page does not know yet that it is over. */
async function end(story) {
  await record(story.glassSecond).getByRole('button', { name: '结束' }).click()
  await record(story.glassSecond).getByText('已结束，待监督查阅').waitFor()
  const { page } = story.glassAsker
  story.glassAsker.expectRefusal(403, /\/break-glass\/[^/]+\/read$/)
  await record(story.glassAsker).getByRole('button', { name: '查看一次' }).click()
  await page.getByRole('link', { name: '看是哪条规则' }).click()
  await heading(page, '用证规则')
  assert.equal(new URL(page.url()).hash, '#glass.ended')
  const rule = page.locator('[id="glass.ended"]')
  await rule.getByText(/access\.glass\.ended/).click()
  await rule.getByText(/forbid/).waitFor()
  await story.glassAsker.look('rule')
  await page.getByLabel('用证依据').selectOption({ label: '当面出示' })
  await page.getByRole('heading', { name: '应急查看', level: 2 }).waitFor({ state: 'detached' })
  await page.getByLabel('找规则').fill('没有这个词')
  await page.getByText('没有这样的规则').waitFor()
  await page.getByLabel('用证依据').selectOption({ label: '全部' })
  await page.getByLabel('找规则').fill('access.glass.ended')
  await page.getByText('1条规则').waitFor()
  await rule.waitFor()
  await story.glassAsker.look('rule-found')
  // The rules are kept by the browser for a while, but not those of another language.
  await story.glassAsker.prefer({ lang: 'en' })
  await page.goto('/console/policy')
  await page.getByText('A clerk or approver uses a license because a case needs it.').waitFor()
  await story.glassAsker.prefer({ lang: 'zh' })
}

async function report(story) {
  const supervisor = await come(story, '监督')
  await arrive(supervisor, 'gl-supervisor')
  const of = record(supervisor)
  await of.getByText('查看1次，拒绝1次').waitFor()
  await of.getByLabel('查阅意见').fill('查看有据')
  await of.getByRole('button', { name: '已查阅报告' }).click()
  await of.getByText('监督已查阅').waitFor()
  await supervisor.look('reported')
  for (const who of [supervisor, story.glassSecond, story.glassAsker]) await who.leave()
}

export const steps = [
  ['the administrator asks to open one license', ask],
  ['the digital office approves, and does not look', approve],
  ['the administrator looks once', look],
  ['it is ended; the next look is refused, and the refusal leads to its rule', end],
  ['a supervisor reads the report', report],
]
