// A license from application to issue, and the next application that it fills.

import { shoot } from '../../support/album.mjs'
import { ask, finish, heading, versionOf } from './desk.mjs'

const unit = '11350102YX0100084E'
export const benefit = { name: '失业保险金申领', code: `${unit}4352014943001` }
export const card = { name: '社会保障卡申领', code: `${unit}4352014911001`, license: '社会保障卡' }
const tiny = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')

const save = (page) => page.getByRole('button', { name: '保存并继续' }).click()
const numberIn = (page) => new URL(page.url()).pathname.split('/')[3]

async function find({ student }) {
  const { page } = student
  await page.goto('/m/matters')
  await heading(page, '办事')
  await page.getByRole('heading', { name: '一件事一次办' }).waitFor()
  await shoot(student, 'matters')
  await page.getByLabel('想办什么事').fill('shbzk')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('main').getByRole('link', { name: card.name }).first().waitFor()
  await shoot(student, 'search')
  await page.goto(`/m/matters/${benefit.code}`)
  await page.getByText('您名下没有电子证照').waitFor()
  await shoot(student, 'guide')
}

/** The license is missing: what was begun waits, and the page says what to do. */
async function lack(story) {
  const { student } = story
  const { page } = student
  await page.getByRole('button', { name: '开始办理' }).click()
  await heading(page, '已经替您填好')
  story.benefitNo = numberIn(page)
  const material = (await ask(student, 'GET', `/me/applications/${story.benefitNo}`)).materials.find((m) => m.status === 'missing')
  await page.goto(`/m/applications/${story.benefitNo}/fill?at=m-${story.benefitNo}-${material.seq}`)
  await heading(page, material.name)
  await page.getByLabel('选择文件或拍照').setInputFiles({ name: '社会保障卡正面.pdf', mimeType: 'application/pdf', buffer: tiny })
  await page.getByText('已上传：社会保障卡正面.pdf').waitFor()
  await shoot(student, 'material')
  await page.getByRole('button', { name: /^删除/ }).click()
  await page.getByText('已删除：社会保障卡正面.pdf').waitFor()
}

async function apply(story) {
  const { student } = story
  const { page } = student
  await page.goto(`/m/matters/${card.code}`)
  await page.getByRole('button', { name: '开始办理' }).click()
  await heading(page, '已经替您填好')
  await page.getByRole('heading', { name: '来自居民身份证' }).waitFor()
  await shoot(student, 'filled')
  story.cardNo = numberIn(page)
  await page.getByRole('button', { name: '继续', exact: true }).click()
  await heading(page, '服务银行')
  await page.getByLabel('榕印银行（演示）').check()
  await shoot(student, 'question')
  await save(page)
  await heading(page, '核对并提交')
  await shoot(student, 'check')
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByText('已提交', { exact: true }).first().waitFor()
}

async function correct(story) {
  const { student, clerk, cardNo } = story
  const taken = await ask(clerk, 'POST', `/cases/${cardNo}/take`, await versionOf(clerk, cardNo))
  await clerk.page.goto(`/console/cases/${cardNo}`)
  await heading(clerk.page, card.name)
  await shoot(clerk, 'case-online', 'desk')
  await ask(clerk, 'POST', `/cases/${cardNo}/correction`, { version: taken.version, items: [{ field: 'bank', text: '该银行在本区没有网点，请另选一家。' }] })
  const { page } = student
  await page.goto('/m/')
  await page.getByText(`${card.name}需要您补正`).waitFor()
  await shoot(student, 'home')
  await page.goto('/m/notices')
  await page.getByText(`${card.name}：请您补正`).waitFor()
  await shoot(student, 'messages')
  await page.goto(`/m/applications/${cardNo}`)
  await page.getByText('该银行在本区没有网点').first().waitFor()
  await shoot(student, 'correction')
  await page.getByRole('link', { name: /^去更正/ }).click()
  await page.getByLabel('闽江银行（演示）').check()
  await save(page)
  await page.getByRole('button', { name: '补正完毕，重新提交' }).click()
  await page.getByText('已提交', { exact: true }).first().waitFor()
}

async function issue(story) {
  const { student, cardNo } = story
  await finish(story, cardNo)
  const { page } = student
  await page.goto(`/m/applications/${cardNo}`)
  await page.getByText('已经办好。').waitFor()
  await shoot(student, 'tracking')
  await page.getByRole('link', { name: `看${card.license}` }).click()
  await heading(page, card.license)
  await page.getByRole('img', { name: /照面/ }).first().waitFor()
  story.licensePath = new URL(page.url()).pathname
  await shoot(student, 'license')
}

/** The application that had to wait is filled by the new license; nothing is handed in. */
async function reuse(story) {
  const { student, clerk, benefitNo } = story
  const { page } = student
  await page.goto(`/m/applications/${benefitNo}/fill?at=filled`)
  await page.getByRole('heading', { name: '来自社会保障卡' }).waitFor()
  await shoot(student, 'reused')
  await page.getByRole('button', { name: '继续', exact: true }).click()
  await heading(page, '终止劳动关系日期')
  await page.getByLabel('终止劳动关系日期').fill('2026-02-01')
  await page.keyboard.press('Enter')
  await heading(page, '核对并提交')
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByText('已提交', { exact: true }).first().waitFor()
  await ask(clerk, 'POST', `/cases/${benefitNo}/take`, await versionOf(clerk, benefitNo))
  await page.goto('/m/applications')
  await heading(page, '我的办件')
  await shoot(student, 'applications')
  await page.goto('/m/')
  await page.getByRole('link', { name: `出示${card.license}`, exact: true }).waitFor()
  await shoot(student, 'cards')
}

async function event({ mother }) {
  const { page } = mother
  await page.goto('/m/events/newborn')
  await heading(page, '新生儿出生一件事')
  await shoot(mother, 'event')
  await page.goto('/m/applications')
  await page.getByRole('link', { name: /新生儿出生一件事.*办理中/ }).click()
  await page.getByText('等“出生医学证明首次签发”办好后自动送出').first().waitFor()
  await shoot(mother, 'event-tracking')
}

export const chapters = { find, lack, apply, correct, issue, reuse, event }
