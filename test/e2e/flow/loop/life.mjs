// The life of one license: suspended and released, pledged and released, lost and found, followed by a new version, and
// withdrawn at last. Each step is asked for by one person, agreed to by another, and visible on the license's page; what is
// forbidden is not offered.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const permit = '食品经营许可证'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()
const come = (story, name) => Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'life' })

/** Looks at a page of a person as it is, and at a phone's width: whole, for no control may lie half under the bar. */
async function lookEverywhere(person, name) {
  const { page } = person
  await person.look(name)
  const size = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 4000 })
  await person.look(`${name}-phone`)
  await page.setViewportSize(size)
}

const life = (page) => page.getByRole('region', { name: '状态与变动' })
const offered = (page, action) => life(page).getByRole('link', { name: action, exact: true })

async function open(story) {
  const { page } = story.lifeClerk
  await page.goto(story.lifePage)
  await heading(page, permit)
  await life(page).waitFor()
}

/** Fills the form of an action and sends it. */
async function ask(story, action, { ground, words, look } = {}) {
  const { page } = story.lifeClerk
  await open(story)
  await offered(page, action).click()
  await heading(page, new RegExp(`^${action}`))
  if (look) await lookEverywhere(story.lifeClerk, look)
  if (ground) {
    await page.getByRole('button', { name: '提交复核' }).click()
    await page.getByText('此项必填').first().waitFor()
    await page.getByLabel(/决定书、登记或办件的编号/).fill(ground)
  }
  if (words) await page.getByLabel(/质权人是谁/).fill(words)
  await page.getByRole('button', { name: ground ? '提交复核' : '办理', exact: true }).click()
  await heading(page, permit)
  await life(page).waitFor()
}

/** The second person agrees to what waits. */
async function agree(story, action, look) {
  const { page } = story.lifeReviewer
  await page.goto('/console/operations')
  await heading(page, '证照变动')
  const card = page.getByRole('article', { name: action, exact: true }).filter({ hasText: permit })
  await card.waitFor()
  if (look) await lookEverywhere(story.lifeReviewer, look)
  await card.getByRole('button', { name: '同意并生效' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '同意并生效' }).click()
  await card.waitFor({ state: 'detached' })
}

const stands = (page, word) => page.locator('.case-head').getByText(word, { exact: true }).first().waitFor()

async function begin(story) {
  story.lifeClerk = await come(story, '经办')
  story.lifeReviewer = await come(story, '复核')
  await story.lifeClerk.signIn('gl-scjg-clerk', '/console/makings/new')
  await story.lifeReviewer.signIn('gl-scjg-reviewer', '/console/operations')
  const { page } = story.lifeClerk
  await heading(page, '脱机制证')
  const firm = story.city.cast['hotel']
  await page.getByLabel('制哪一类证照').selectOption({ label: permit })
  await page.getByLabel('名称或姓名').fill(firm.name)
  await page.getByLabel('统一社会信用代码或公民身份号码').fill(firm.code)
  await page.getByLabel(/^法定代表人/).fill('黄景行')
  await page.getByLabel('住所').fill('福州市鼓楼区三坊路1号')
  await page.getByLabel(/^经营场所/).fill('福州市鼓楼区三坊路1号')
  await page.getByLabel('主体业态').selectOption({ index: 1 })
  await page.getByLabel('经营项目').fill('热食类食品制售')
  await page.getByLabel(/^印刷编号/).fill('LIFE-2026-1')
  await page.getByRole('button', { name: '制证', exact: true }).click()
  await heading(page, permit)
  story.lifePage = page.url()
  await publish(story)
  await open(story)
  await lookEverywhere(story.lifeClerk, 'license')
}

/** The second person publishes what the clerk has made. */
async function publish(story) {
  const { page } = story.lifeReviewer
  await page.goto('/console/makings')
  await page.getByRole('row').filter({ hasText: '已盖章' }).filter({ hasText: permit }).getByRole('link', { name: permit }).first().click()
  await heading(page, permit)
  await story.lifeReviewer.settle()
  await page.keyboard.press('a')
  await page.getByRole('dialog').getByRole('button', { name: /发布/ }).click()
  await page.getByText('已发布').first().waitFor()
}

async function suspendAndRelease(story) {
  await ask(story, '挂起', { ground: '鼓市监限〔2026〕3号', look: 'form' })
  const { page } = story.lifeClerk
  await page.getByText('您提出的，由本单位另一人复核。').waitFor()
  assert.equal(await offered(page, '注销').count(), 0, 'while one request waits, no other is offered')
  await agree(story, '挂起', 'queue')
  await open(story)
  await stands(page, '挂起')
  assert.equal(await offered(page, '质押').count(), 0, 'a suspended license is not pledged')
  assert.equal(await offered(page, '延续').count(), 0, 'a suspended license is not renewed')
  await lookEverywhere(story.lifeClerk, 'suspended')
  await ask(story, '恢复', { ground: '鼓市监解〔2026〕3号' })
  await agree(story, '恢复')
  await open(story)
  await stands(page, '有效')
}

async function pledgeAndRelease(story) {
  const { page } = story.lifeClerk
  await ask(story, '质押', { ground: '鼓市监质〔2026〕1号', words: '质权人：闽都银行（演示）鼓楼支行', look: 'pledge-form' })
  await agree(story, '质押')
  await open(story)
  await stands(page, '质押')
  assert.equal(await offered(page, '注销').count(), 0, 'what is pledged is not cancelled')
  await ask(story, '解押', { ground: '鼓市监质〔2026〕2号', words: '质权人已书面同意解押' })
  await agree(story, '解押')
  await open(story)
  await stands(page, '有效')
}

async function loseAndFind(story) {
  const { page } = story.lifeClerk
  await ask(story, '登记纸质遗失')
  await life(page).getByText('纸质遗失').first().waitFor()
  await stands(page, '有效')
  await ask(story, '挂失')
  await stands(page, '挂失')
  await ask(story, '解挂')
  await stands(page, '有效')
}

async function renew(story) {
  const { page } = story.lifeClerk
  await open(story)
  await offered(page, '延续').click()
  await heading(page, '延续：制新版本')
  await page.getByLabel('查看原照面的事由').fill('办理延续')
  await page.getByRole('button', { name: '带入现有内容' }).click()
  await page.getByText('已带入').waitFor()
  assert.equal(await page.getByLabel('住所').inputValue(), '福州市鼓楼区三坊路1号', 'what it says is filled in')
  await page.getByLabel('经营项目').fill('热食类食品制售；糕点类食品制售')
  await page.getByLabel(/^印刷编号/).fill('LIFE-2026-2')
  await lookEverywhere(story.lifeClerk, 'follow')
  await page.getByRole('button', { name: '制证', exact: true }).click()
  await heading(page, permit)
  const before = story.lifePage
  story.lifePage = page.url()
  await publish(story)
  await page.goto(before)
  await stands(page, '历史版本')
  await open(story)
  await stands(page, '有效')
  await page.getByText('印刷编号 LIFE-2026-2').waitFor()
  await page.getByRole('region', { name: '并排对照' }).getByLabel('查看事由').fill('核对变更内容')
  await page.getByRole('button', { name: '对照', exact: true }).click()
  await page.getByRole('row').filter({ hasText: '经营项目' }).getByText('已变').waitFor()
  await lookEverywhere(story.lifeClerk, 'versions')
}

async function withdraw(story) {
  const { page } = story.lifeClerk
  await ask(story, '撤销', { ground: '鼓市监撤〔2026〕1号' })
  await agree(story, '撤销')
  await open(story)
  await stands(page, '已撤销')
  await life(page).getByText('现在没有可以办理的变动。').waitFor()
  await page.getByText('复核 叶佳慧').first().waitFor()
  const at = new Date(Date.now() - 24 * 3600_000 + 8 * 3600_000).toISOString().slice(0, 16)
  await page.getByLabel('哪个时刻').fill(at)
  await page.getByRole('button', { name: '查看', exact: true }).click()
  await page.getByRole('region', { name: '某日的状态' }).getByText(/第1版/).first().waitFor()
  await lookEverywhere(story.lifeClerk, 'withdrawn')
  await story.lifeReviewer.page.goto('/console/operations?state=closed')
  await story.lifeReviewer.page.getByRole('article', { name: '撤销', exact: true }).first().waitFor()
  await story.lifeReviewer.look('closed')
  await story.lifeReviewer.leave()
  await story.lifeClerk.leave()
}

export const steps = [
  ['a license is made and published', begin],
  ['it is suspended by two persons, offered nothing that is forbidden meanwhile, and released', suspendAndRelease],
  ['it is pledged, cannot be cancelled meanwhile, and is released', pledgeAndRelease],
  ['its paper is lost and it stays in force; it is lost and found', loseAndFind],
  ['it is renewed: a new version, the old one superseded, both side by side', renew],
  ['it is withdrawn by law, and its past can still be asked about', withdraw],
]
