// A source is taken down in mid-case: the clerk sees why a license could not be had, chases it, and the case goes on by
// commitment; it is decided and closed, and the license is fetched by itself when the source returns. What contradicts
// the form becomes work. A case is given to a colleague.

import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { devices, Person } from '../../support/person.mjs'
import { ask, tell } from './office.mjs'

const matter = { name: '食品经营许可（新办）', code: '11350102YX0100017G4350131901001' }
const cardName = '法定代表人居民身份证'
const card = 2

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

const openCase = (story, firm, representative) =>
  ask(story.clerk, 'POST', '/cases', {
    matterCode: matter.code,
    applicant: { code: story.city.cast[firm].code },
    representative: { code: story.city.cast[representative].code },
    idempotencyKey: `bench-${firm}-${Date.now()}`,
  })

/** Fills in what no license filled, takes the plain materials, and submits. */
async function complete(story, no, idNumber) {
  const { clerk } = story
  let c = await ask(clerk, 'GET', `/cases/${no}`)
  const values = { idNumber, items: '预包装食品销售' }
  for (const f of c.form) if (f.options?.length && !f.value) values[f.name] = f.options[0].value
  c = await ask(clerk, 'PUT', `/cases/${no}/form`, { version: c.version, values })
  for (const m of c.materials.filter((x) => x.status === 'plain')) {
    c = await ask(clerk, 'POST', `/cases/${no}/materials/${m.seq}/paper`, { reason: '没有对应的电子证照，收原件核对' })
  }
  return c
}

async function materialWhen(person, no, status) {
  for (let tries = 0; tries < 60; tries++) {
    const c = await ask(person, 'GET', `/cases/${no}`)
    const m = c.materials.find((x) => x.seq === card)
    if (m.status === status) return m
    await pause(500)
  }
  throw new Error(`the identity card of ${no} did not become ${status}`)
}

const show = async (person, no) => {
  await person.page.goto(`/console/cases/${no}`)
  await heading(person.page, matter.name)
}

const part = (page) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: cardName }) })

async function begin(story) {
  const { browser, city } = story
  for (const role of ['clerk', 'approver', 'reviewer']) {
    story[role] = await Person.arrive(browser, { city, name: role, device: devices.desk, prefix: 'bench' })
    await story[role].signIn(`gl-scjg-${role}`, '/console/')
    await heading(story[role].page, '今日待办')
  }
}

/** The source goes down: the case says so, with what can be done. */
async function down(story) {
  const { clerk } = story
  await tell(story, { down: true })
  story.benchNo = (await openCase(story, 'freight-firm', 'carrier')).caseNo
  await show(clerk, story.benchNo)
  const { page } = clerk
  await part(page).getByText('国家人口基础信息库（演示）现在没有应答').waitFor()
  await clerk.look('down')
  await part(page).getByRole('button', { name: `催办：${cardName}` }).click()
  await part(page).getByText('已催办数字办').waitFor()
  await clerk.look('chased')
}

async function commit({ clerk }) {
  const { page } = clerk
  await part(page).getByRole('button', { name: `容缺或承诺：${cardName}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('申请人申请容缺受理').waitFor()
  await clerk.look('commit')
  await dialog.getByRole('button', { name: '登记承诺' }).click()
  await dialog.getByText('请确认申请人已经签名').waitFor()
  await clerk.look('commit-fault')
  await dialog.getByText('申请人已看过以上内容，并当面签名').click()
  await dialog.getByRole('button', { name: '登记承诺' }).click()
  await part(page).getByText('等待证照').waitFor()
  await clerk.look('committed')
  await clerk.prefer({ large: true })
  await page.reload()
  await heading(page, matter.name)
  await clerk.look('committed-large')
  await clerk.prefer({})
}

/** The case is compared, submitted, decided and closed while the source is away: by single keys. */
async function goOn(story) {
  const { clerk, approver, reviewer } = story
  const no = story.benchNo
  await complete(story, no, story.city.cast['carrier'].code)
  await show(clerk, no)
  await clerk.page.keyboard.press('c')
  await clerk.page.getByText('看过的都一致').waitFor()
  await clerk.page.getByRole('heading', { name: '证照与表单比对' }).scrollIntoViewIfNeeded()
  await clerk.look('compared')
  await clerk.page.keyboard.press('a')
  await clerk.page.getByRole('dialog').getByRole('button', { name: '确认提交' }).click()
  await clerk.page.getByText('等审批人员取件').first().waitFor()
  await show(approver, no)
  await approver.page.keyboard.press('g')
  await approver.page.getByRole('button', { name: '批准', exact: true }).waitFor()
  await approver.look('to-decide')
  let c = await ask(approver, 'GET', `/cases/${no}`)
  c = await ask(approver, 'POST', `/cases/${no}/decision`, { version: c.version, outcome: 'approve', opinion: '符合条件，容缺材料已承诺。' })
  await ask(reviewer, 'POST', `/makings/${c.result.licenseId}/review`, { outcome: 'publish', opinion: '' })
  c = await ask(clerk, 'GET', `/cases/${no}`)
  assert.equal(c.state, 'closed')
  assert.equal(c.materials.find((m) => m.seq === card).status, 'promised')
}

/** The source returns: what was promised is fetched, also into the closed case. */
async function comeBack(story) {
  const { clerk, benchNo } = story
  await tell(story, {})
  const m = await materialWhen(clerk, benchNo, 'lent')
  assert.ok(m.recordNo)
  await show(clerk, benchNo)
  await part(clerk.page).getByText('已调取，相符').waitFor()
  await clerk.page.getByText('承诺的证照已自动调取，相符').waitFor()
  await clerk.look('fetched')
}

/** The applicant signs on their phone what turns out not to be so: the unit gets the work of it. */
async function contradict(story) {
  const { browser, city, clerk, approver } = story
  await tell(story, { down: true })
  const no = (await openCase(story, 'builder-firm', 'developer')).caseNo
  let c = await ask(clerk, 'GET', `/cases/${no}`)
  await ask(clerk, 'POST', `/cases/${no}/materials/${card}/commitment`, { version: c.version, kind: 'pledge', days: 3, how: 'account' })
  const firm = await Person.arrive(browser, { city, name: 'builder', device: devices.phone, prefix: 'bench' })
  await firm.signIn('builder-firm', '/m/commitments')
  await firm.page.goto('/m/commitments')
  await heading(firm.page, '我的承诺')
  await firm.page.getByText('请签署').waitFor()
  await firm.look('own')
  await firm.page.getByRole('button', { name: '签署承诺' }).click()
  await firm.page.getByText('请先看完内容').waitFor()
  await firm.page.getByLabel('我已看完以上内容，同意签署').check()
  await firm.page.getByRole('button', { name: '签署承诺' }).click()
  await firm.page.getByText('已签署并存证').waitFor()
  await firm.look('own-signed')
  await firm.prefer({ large: true })
  await firm.page.reload()
  await heading(firm.page, '我的承诺')
  await firm.look('own-large')
  await firm.leave()
  c = await complete(story, no, '350199199001010018')
  await ask(clerk, 'POST', `/cases/${no}/submit`, { version: c.version, opinion: '材料齐全。' })
  await tell(story, {})
  await materialWhen(clerk, no, 'lent')
  const { page } = approver
  await page.goto('/console/')
  await page.getByText('承诺与证照不符，处理').first().waitFor()
  await approver.look('today')
  await show(approver, no)
  await part(page).getByText('已调取，不符').waitFor()
  await part(page).getByRole('button', { name: `处理：${cardName}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('处理意见').fill('已通知申请人更正身份号码。')
  await approver.look('acknowledge')
  await dialog.getByRole('button', { name: '记录并了结' }).click()
  await page.getByText('已通知申请人更正身份号码。').waitFor()
  await part(page).getByRole('button', { name: `处理：${cardName}` }).waitFor({ state: 'hidden' })
  await approver.look('contradicted')
}

async function reassign(story) {
  const { clerk } = story
  const { page } = clerk
  const no = (await openCase(story, 'clinic-firm', 'dentist')).caseNo
  await show(clerk, no)
  await page.evaluate(() => window.scrollTo(0, 80)) // so that no link is cut in half by the bar of actions
  await page.keyboard.press('t')
  const dialog = page.getByRole('dialog', { name: '改派办件' })
  await dialog.getByRole('button', { name: '改派' }).click()
  await dialog.getByText('请写明改派理由').waitFor()
  await dialog.getByLabel('转给谁').selectOption({ label: '江文清' })
  await dialog.getByLabel('改派理由').fill('明日调休，转同事继续办理。')
  await clerk.look('reassign')
  await dialog.getByRole('button', { name: '改派' }).click()
  await page.getByText('明日调休，转同事继续办理。').waitFor()
  await clerk.look('reassigned')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor()
  await clerk.look('keys')
}

/** The queue, and the page of the case on a phone and in English. */
async function look(story) {
  const { browser, city, clerk } = story
  await clerk.page.goto('/console/cases?queue=unit')
  await heading(clerk.page, '办件')
  await clerk.page.getByRole('button', { name: /有承诺/ }).click()
  await clerk.look('queue')
  const narrow = await Person.arrive(browser, { city, name: 'narrow', device: devices.phone, prefix: 'bench' })
  await narrow.signIn('gl-scjg-clerk', '/console/')
  await show(narrow, story.benchNo)
  const toTheEnd = () => narrow.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight)) // where the bar of actions covers nothing
  await toTheEnd()
  await narrow.look('narrow')
  await narrow.prefer({ lang: 'en' })
  await narrow.page.reload()
  await narrow.page.getByText('fetched, agrees').waitFor()
  await toTheEnd()
  await narrow.look('narrow-en')
  await narrow.leave()
  for (const role of ['clerk', 'approver', 'reviewer']) await story[role].leave()
}

export const steps = [
  ['the staff come to work', begin],
  ['the source is taken down in mid-case: the case says why, and it is chased', down],
  ['the case goes on by a commitment', commit],
  ['the case is compared, decided and closed without the license', goOn],
  ['the license is fetched when the source returns', comeBack],
  ['what contradicts a pledge becomes work', contradict],
  ['a case is given to a colleague', reassign],
  ['queue, phone and English', look],
]
