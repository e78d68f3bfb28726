// 现场检查 and 一企一档: an inspector plans a visit, looks at what the list names, writes down what was found and finishes; the firm
// is told, and finds what the platform knows of it in its dossier.

import assert from 'node:assert/strict'
import { Person, devices } from '../../support/person.mjs'

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function arrive(story, login, to) {
  const person = await Person.arrive(story.browser, { city: story.city, name: login, device: devices.phone, prefix: 'loop-inspect' })
  await person.signIn(login, to)
  return person
}

async function plan(story) {
  story.inspector = await arrive(story, 'gl-scjg-inspector', '/m/inspections')
  const { page } = story.inspector
  const firm = story.city.cast['food-firm']
  await heading(page, '现场检查')
  await page.getByRole('button', { name: '安排检查' }).click()
  await page.getByText('请填写名称或姓名。').waitFor()
  await page.getByLabel('被检查人的名称或姓名').fill(firm.name)
  await page.getByLabel('统一社会信用代码或公民身份号码').fill(firm.code)
  await page.getByLabel('检查事项').selectOption({ index: 1 })
  await story.inspector.look('plan')
  await page.getByRole('button', { name: '安排检查' }).click()
  await heading(page, '检查任务')
  assert.ok(!page.url().includes(firm.code), 'a code stands in the address')
  await story.inspector.look('task')
}

/** Looks at each type on the list and says of each license, or of none, what was found. */
async function check(story) {
  const { page } = story.inspector
  const finish = page.getByRole('button', { name: '结束检查' })
  assert.ok(await finish.isDisabled(), 'it can be finished with types left')
  const looks = page.getByRole('button', { name: /^查看证照/ })
  let seen = 0
  for (let left = await looks.count(); left > 0; left--) {
    const name = (await looks.first().getAttribute('aria-label')).replace('查看证照', '').trim()
    await looks.first().click()
    const section = page.getByRole('region', { name })
    const same = section.getByRole('button', { name: '与实际一致' })
    await same.first().or(section.getByText('库中没有这种证照')).first().waitFor()
    const licenses = await same.count()
    for (let i = 0; i < licenses; i++) {
      await same.nth(i).click()
      await section.getByText('已登记：与实际一致').nth(i).waitFor()
    }
    if (licenses === 0) await section.getByRole('button', { name: /^没有证照/ }).click()
    seen += licenses
  }
  assert.ok(seen > 0, 'the firm has no license on the list')
  await page.getByText('还没有登记结果').waitFor({ state: 'detached' })
  await story.inspector.look('found')
  await finish.click()
  await page.getByText(/结束$/).first().waitFor()
  assert.equal(await looks.count(), 0, 'a look is offered after the end')
  await story.inspector.look('finished')
}

async function told(story) {
  story.inspected = await arrive(story, 'food-firm', '/m/notices')
  const { page } = story.inspected
  await page.getByText('检查已经结束').first().waitFor()
  await page.goto('/m/me')
  await page.getByRole('link', { name: '我的档案' }).click()
  await heading(page, '企业档案')
  await page.getByRole('heading', { name: story.city.cast['food-firm'].name }).waitFor()
  await story.inspected.look('dossier')
  await page.getByRole('link', { name: '营业执照' }).first().click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goBack()
  for (const lang of ['zh', 'en']) {
    await story.inspected.prefer({ lang, large: true })
    await page.goto('/m/dossier')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await story.inspected.look(`large-${lang}-dossier`)
  }
}

async function leave(story) {
  for (const person of [story.inspector, story.inspected]) await person.leave()
}

export const steps = [
  ['an inspector plans a visit', plan],
  ['looks at what the list names, says what was found and finishes', check],
  ['the firm is told, and opens its dossier', told],
  ['nobody met an error that was not told', leave],
]
