// One license made well outside an approval: a clerk enters what was decided elsewhere, sees the face before it is sealed,
// the second person refuses it, it is entered anew and published; then its page tells how it was made, and the paper
// that goes with it is noted.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const permit = '食品经营许可证'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

const come = (story, name) => Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'making' })

/** Looks at a page of a person as it is, in large type and on a phone. */
async function lookEverywhere(person, name) {
  const { page } = person
  await person.look(name)
  const size = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 844 })
  await person.look(`${name}-phone`)
  await page.setViewportSize(size)
}

/** Fills the form of a food permit; place is where the firm trades. */
async function fillIn(page, firm, place) {
  await page.getByLabel('制哪一类证照').selectOption({ label: permit })
  await page.getByLabel('名称或姓名').fill(firm.name)
  await page.getByLabel('统一社会信用代码或公民身份号码').fill(firm.code)
  await page.getByLabel(/^法定代表人/).fill('林㛃')
  await page.getByLabel('住所').fill('福州市鼓楼区榕印路1号')
  await page.getByLabel(/^经营场所/).fill(place)
  await page.getByLabel('主体业态').selectOption({ index: 1 })
  await page.getByLabel('经营项目').fill('热食类食品制售')
  await page.getByLabel(/^办件编号/).fill('GLSP-2026-0031')
}

async function enter(story) {
  const clerk = await come(story, '经办')
  story.makingClerk = clerk
  const { page } = clerk
  await clerk.signIn('gl-scjg-clerk', '/console/makings')
  await heading(page, '制证')
  await clerk.look('list')
  await page.getByRole('link', { name: '脱机制证' }).click()
  await heading(page, '脱机制证')
  await page.getByLabel('制哪一类证照').selectOption({ label: permit })
  await page.getByRole('button', { name: '制证', exact: true }).click()
  await page.getByText('此项必填').first().waitFor()
  await lookEverywhere(clerk, 'entry-empty')

  const firm = story.city.cast['food-firm']
  await fillIn(page, firm, '福州市鼓楼区榕印路1号')
  await page.getByLabel('名称或姓名').fill('别家小吃店')
  await page.getByRole('button', { name: '预览照面' }).click()
  await page.getByText('平台上这个代码登记的名称与所填的不同').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'holder-name-0', 'the fault is where the focus is')
  await clerk.look('entry-fault')
  await page.getByLabel('名称或姓名').fill(firm.name)
  await page.getByRole('button', { name: '预览照面' }).click()
  await page.getByText('核对无误，可以制证').waitFor()
  await page.getByRole('img', { name: /照面预览/ }).waitFor()
  await lookEverywhere(clerk, 'entry-ready')
  await page.getByRole('button', { name: '制证', exact: true }).click()
  await heading(page, permit)
  await page.getByText('已盖章，待复核').waitFor()
  story.firstMaking = page.url()
}

async function refuse(story) {
  const reviewer = await come(story, '复核')
  story.makingReviewer = reviewer
  const { page } = reviewer
  await reviewer.signIn('gl-scjg-reviewer', '/console/makings')
  await page.getByRole('row').filter({ hasText: 'GLSP-2026-0031' }).getByRole('link', { name: permit }).click()
  await heading(page, permit)
  await page.getByText('脱机制证', { exact: true }).waitFor()
  await lookEverywhere(reviewer, 'review')
  await reviewer.settle() // once refused, its face is no longer the reviewer's to see
  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /退回/ }).click()
  await dialog.locator('.fault').waitFor()
  await dialog.getByRole('textbox').fill('经营场所少了楼层')
  await dialog.getByRole('button', { name: /退回/ }).click()
  await page.getByText('已退回，证照和文件作废').first().waitFor()

  const clerk = story.makingClerk
  await clerk.page.goto(story.firstMaking)
  await heading(clerk.page, permit)
  await clerk.page.getByText('经营场所少了楼层').waitFor()
  await clerk.page.getByText('这本证照和它的文件都已作废').waitFor()
  await clerk.look('refused')
}

async function publish(story) {
  const { page } = story.makingClerk
  await page.goto('/console/makings/new')
  await heading(page, '脱机制证')
  await fillIn(page, story.city.cast['food-firm'], '福州市鼓楼区榕印路1号2层')
  await page.getByRole('button', { name: '制证', exact: true }).click()
  await heading(page, permit)
  await page.getByText('已盖章，待复核').waitFor()
  story.secondMaking = page.url()

  const reviewer = story.makingReviewer
  await reviewer.page.goto('/console/makings')
  await reviewer.page.getByRole('row').filter({ hasText: 'GLSP-2026-0031' }).getByRole('link', { name: permit }).click()
  await heading(reviewer.page, permit)
  await reviewer.settle()
  await reviewer.page.keyboard.press('a')
  await reviewer.page.getByRole('dialog').getByRole('button', { name: /发布/ }).click()
  await reviewer.page.getByText('已发布').first().waitFor()
  await reviewer.leave()
}

async function find(story) {
  const clerk = story.makingClerk
  const { page } = clerk
  await page.goto(story.secondMaking)
  await heading(page, permit)
  await page.getByText('叶佳慧').first().waitFor()
  await page.getByRole('button', { name: '登记印刷编号' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('印刷编号').fill('MS-2026-0031')
  await clerk.look('paper')
  await dialog.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('印刷编号 MS-2026-0031').waitFor()
  await lookEverywhere(clerk, 'license')
  await page.getByRole('button', { name: '查看照面' }).click()
  await page.getByText('此项必填').waitFor()
  await page.getByRole('button', { name: '核对纸质证照' }).click()
  await page.getByRole('button', { name: '查看照面' }).click()
  await page.getByText('本次查看的存证编号').waitFor()
  await page.getByText('榕印路1号2层').first().waitFor()
  await clerk.look('license-read')

  await page.goto('/console/licenses')
  await heading(page, '已签发证照')
  await clerk.look('search')
  await page.getByLabel('证照标识、证照编号或印刷编号').fill('MS-2026-0000')
  await page.getByRole('button', { name: '查找', exact: true }).click()
  await page.getByRole('heading', { name: '没有找到' }).waitFor()
  await page.getByLabel('证照标识、证照编号或印刷编号').fill('MS-2026-0031')
  await page.getByRole('button', { name: '查找', exact: true }).click()
  await lookEverywhere(clerk, 'search-found')
  await page.getByRole('row').filter({ hasText: 'MS-2026-0031' }).getByRole('link', { name: permit }).click()
  await heading(page, permit)
  assert.equal(page.url(), story.secondMaking, 'the printed number leads to its license')
  await clerk.leave()
}

export const steps = [
  ['a clerk enters what was decided elsewhere and sees the face before it is sealed', enter],
  ['the second person refuses it, and the refusal is there to read', refuse],
  ['entered anew, it is published', publish],
  ['its page tells how it was made, and leads from the paper to it', find],
]
