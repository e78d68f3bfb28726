// The whole loop without a pointer: a citizen finds a matter, applies, hands in a file and submits; clerk, approver and
// reviewer do their work; the citizen finds the license and shows it; a verifier pastes the link of the code.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'
import { assertSeen, signInByKeyboard, tabTo } from '../keyboard.mjs'

const matter = '残疾人证办理'
const license = '残疾人证'
const report = { name: '残疾评定表.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n') }

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function arrive(story, login, to, title) {
  const person = await Person.arrive(story.browser, { city: story.city, name: `${login} at the keyboard`, device: devices.desk, prefix: 'loop-keyboard' })
  await signInByKeyboard(person, login, to, title)
  return person
}

/** Tabs to something and presses Enter on it, or another key. */
async function press(page, target, key = 'Enter') {
  await tabTo(page, target)
  await assertSeen(page)
  await page.keyboard.press(key)
}

/** Tabs to a button or a link of that name. */
const button = (page, name, exact = true) => press(page, page.getByRole('button', { name, exact }))
const link = (page, name, exact = true) => press(page, page.getByRole('main').getByRole('link', { name, exact }).first())

/** Goes through the choices of a question with the arrows, and on with Enter. */
async function choose(page, question, answer) {
  await heading(page, question)
  await tabTo(page, page.getByRole('radio').first())
  const wanted = page.getByRole('radio', { name: answer })
  for (let i = 0; i < 9 && !(await wanted.isChecked()); i++) await page.keyboard.press('ArrowDown')
  await assertSeen(page)
  await page.keyboard.press('Enter')
}

async function write(page, question, answer) {
  await heading(page, question)
  await tabTo(page, page.getByRole('textbox', { name: question }))
  await page.keyboard.type(answer)
  await page.keyboard.press('Enter')
}

async function apply(story) {
  story.applicant = await arrive(story, 'baker', '/m/', '我的证照')
  const { page } = story.applicant
  await press(page, page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '办事' }))
  await heading(page, '办事')
  await tabTo(page, page.getByLabel('想办什么事'))
  await page.keyboard.type('cjrz')
  await page.keyboard.press('Enter')
  await link(page, matter, false)
  await heading(page, matter)
  await page.waitForFunction(() => document.activeElement?.localName === 'h1') // where a screen reader begins
  await button(page, '开始办理')
  await heading(page, '已经替您填好')
  await button(page, '继续')
  await choose(page, '残疾类别', '肢体残疾')
  await choose(page, '残疾等级', '三级')
  await write(page, '住址', '福州市鼓楼区东街街道茉莉路18号')
  await write(page, '监护人', '')
  await heading(page, '残疾评定表')
  const chooser = page.waitForEvent('filechooser')
  await tabTo(page, page.getByLabel('选择文件或拍照'))
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(report)
  await page.getByText('已上传：残疾评定表.pdf').waitFor()
  await button(page, '继续')
  await heading(page, '核对并提交')
  await button(page, '提交申请')
  await page.getByText('已提交', { exact: true }).first().waitFor()
  story.typedNo = new URL(page.url()).pathname.split('/').at(-1)
}

/** Says what the dialog asks for, if anything, and confirms. */
async function confirm(page, title, words, does) {
  const dialog = page.getByRole('dialog', { name: title })
  if (words) {
    await tabTo(page, dialog.getByLabel('意见'), 8)
    await page.keyboard.type(words)
  }
  await tabTo(page, dialog.getByRole('button', { name: does, exact: true }), 8)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
}

/** Walks down the rows of a list with j to the one wanted, and opens it. */
async function openRow(page, row) {
  await row.waitFor()
  for (let i = 0; i < 60 && !(await row.evaluate((el) => el === document.activeElement)); i++) await page.keyboard.press('j')
  await assertSeen(page)
  await page.keyboard.press('Enter')
}

async function accept(story) {
  const person = await arrive(story, 'gl-cl-clerk', '/console/', '今日待办')
  const { page } = person
  await press(page, page.getByRole('navigation').getByRole('link', { name: /^办件/ }).first())
  await heading(page, '办件')
  await button(page, '本单位')
  await openRow(page, page.locator(`a[data-row][href*="${story.typedNo}"]`))
  await heading(page, matter)
  await page.getByRole('button', { name: '取件' }).waitFor()
  await page.keyboard.press('g')
  await page.getByRole('button', { name: '提交审批' }).waitFor()
  await person.settle()
  await page.keyboard.press('a')
  await confirm(page, '提交审批', '材料齐全，建议批准。', '确认提交')
  await page.getByText('办件在审批环节').waitFor()
  await person.leave()
}

async function decide(story) {
  const person = await arrive(story, 'gl-cl-approver', '/console/', '今日待办')
  const { page } = person
  await openRow(page, page.locator(`a[data-row][href*="${story.typedNo}"]`).first())
  await page.getByRole('button', { name: '取件' }).waitFor()
  await page.keyboard.press('g')
  await page.getByRole('button', { name: '批准', exact: true }).waitFor()
  await page.keyboard.press('a')
  await confirm(page, '批准这个办件', '符合条件，同意。', '确认批准')
  await page.getByText('办件已批准，正在制证').waitFor()
  await person.leave()
}

async function publish(story) {
  const person = await arrive(story, 'gl-cl-reviewer', '/console/', '今日待办')
  const { page } = person
  await press(page, page.getByRole('navigation').getByRole('link', { name: /^制证/ }).first())
  await heading(page, '制证')
  await openRow(page, page.getByRole('row').filter({ hasText: story.typedNo }).getByRole('link', { name: license }))
  await page.getByRole('button', { name: '发布', exact: true }).waitFor()
  await person.settle() // once published, its face is no longer the reviewer's to see
  await page.keyboard.press('a')
  await confirm(page, '发布证照', '', '确认发布')
  await page.getByText('证照已发布，持证主体可以使用。').waitFor()
  await person.leave()
}

/** The license is found from the application, shown, and its link carried to another device. */
async function show(story) {
  const { page } = story.applicant
  await page.reload()
  await link(page, `看${license}`)
  await heading(page, license)
  await link(page, '出示这本证照')
  await page.getByRole('img', { name: `${license}的出示二维码，请让对方扫描` }).waitFor()
  await story.applicant.look('show')
  await button(page, '复制链接', false)
  await page.getByRole('status').filter({ hasText: '已复制' }).waitFor()
}

async function verify(story) {
  const person = await arrive(story, 'hotel-verifier', '/m/', '核验')
  const { page } = person
  await tabTo(page, page.getByLabel('出示码或网址'))
  await page.keyboard.press('Control+V')
  assert.match(await page.getByLabel('出示码或网址').inputValue(), /\/s\/[A-Za-z0-9_-]{20,}$/, 'the copied link is pasted')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: `这是${license}的出示码` }).waitFor()
  await tabTo(page, page.getByLabel('用途'))
  await page.keyboard.type('入住优待')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '有效', exact: true }).waitFor()
  await person.leave()
  const { applicant } = story
  await applicant.page.getByRole('heading', { name: '对方已核验' }).waitFor()
  await link(applicant.page, '完成')
  await heading(applicant.page, '我的证照')
  await applicant.leave()
}

export const steps = [
  ['a citizen finds a matter, answers, hands in a file and submits', apply],
  ['the clerk takes the case from the queue and submits it', accept],
  ['the approver approves it', decide],
  ['the reviewer publishes the license', publish],
  ['the citizen finds the license and shows it', show],
  ['the verifier pastes the link and confirms; the holder sees who', verify],
]
