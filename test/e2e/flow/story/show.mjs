// The license is shown, asked for, shared, printed and checked.

import { shoot } from '../../support/album.mjs'
import { readCodes } from '../../support/picture.mjs'
import { bytesOf } from '../counter.mjs'
import { card } from './apply.mjs'
import { heading } from './desk.mjs'

const receiver = '榕印银行五四路支行'

/** What the code on the screen says. */
async function scanned(page, alt) {
  const code = page.getByRole('img', { name: alt }).first()
  await code.waitFor()
  const [text] = await readCodes(await code.screenshot())
  if (!text) throw new Error(`no code could be read from “${alt}”`)
  return text
}

async function show(story) {
  const { student, doctor } = story
  const { page } = student
  await page.goto(`${story.licensePath}/show`)
  await page.getByRole('img', { name: /出示二维码/ }).first().waitFor()
  await shoot(student, 'show')
  const url = await scanned(page, /出示二维码/)
  await doctor.page.goto(`/m/verify?code=${url.split('/').at(-1)}`)
  await doctor.page.getByRole('heading', { name: `这是${card.license}的出示码` }).waitFor()
  await doctor.page.getByLabel('用途').fill('门诊挂号')
  await doctor.page.getByRole('button', { name: '核验', exact: true }).click()
  await doctor.page.getByRole('heading', { name: '有效', exact: true }).waitFor()
  await shoot(doctor, 'verified')
  await page.getByRole('heading', { name: '对方已核验' }).waitFor()
  await shoot(student, 'shown')
}

/** Reverse scan: the hospital asks, the citizen sees who, what and why. */
async function asked(story) {
  const { student, doctor } = story
  await doctor.page.goto('/m/ask')
  await heading(doctor.page, '请对方出示')
  await doctor.page.getByLabel('场景').waitFor()
  await doctor.page.getByRole('button', { name: '出码' }).click()
  const url = await scanned(doctor.page, '请对方扫这个码')
  await shoot(doctor, 'ask-code')
  const { page } = student
  await page.goto(new URL(url).pathname)
  await heading(page, '有人请您出示')
  await page.getByText('先看看会给出什么').first().waitFor()
  await shoot(student, 'asked')
  await page.getByRole('button', { name: '同意', exact: true }).click()
  await page.getByRole('button', { name: '确定，给对方看' }).click()
  await page.getByRole('heading', { name: '您已同意' }).waitFor()
  await doctor.page.getByText('对方已同意').first().waitFor()
  await shoot(doctor, 'ask-received')
}

async function receipts({ student }) {
  const { page } = student
  await page.goto('/m/receipts')
  await page.locator('main a[href*="/receipts/"]').first().waitFor()
  await shoot(student, 'receipts')
  await page.locator('main a[href*="/receipts/"]').first().click()
  await page.getByRole('heading', { name: '回执', exact: true }).waitFor()
  await page.getByRole('button', { name: '核对凭证' }).click()
  await page.getByRole('heading', { name: '凭证属实' }).waitFor()
  await shoot(student, 'receipt')
  await page.goto('/m/uses')
  await heading(page, '谁用过我的证照')
  await page.getByRole('main').getByRole('listitem').first().waitFor()
  await shoot(student, 'uses')
}

async function share(story) {
  const { student, visitor } = story
  const { page } = student
  await page.goto(`${story.licensePath}/share`)
  await heading(page, '授权下载')
  await page.getByLabel('给谁').fill(receiver)
  await page.getByLabel('做什么用').fill('开立工资账户')
  await shoot(student, 'share-new')
  await page.getByRole('button', { name: '生成链接' }).click()
  await page.getByRole('heading', { name: '链接已生成' }).waitFor()
  await shoot(student, 'share-link')
  const link = await page.locator('.share-link').innerText()
  const code = await page.locator('.share-code').innerText()
  await visitor.page.goto(link)
  await heading(visitor.page, card.license)
  await shoot(visitor, 'share-receiver')
  await visitor.page.getByRole('textbox', { name: '提取码' }).fill(code)
  const file = visitor.page.waitForEvent('download')
  await visitor.page.getByRole('button', { name: '下载OFD文件' }).click()
  story.file = await bytesOf(await file)
  await page.getByRole('link', { name: '看授权的情况' }).click()
  await page.getByText('已下载1次，最多3次').waitFor()
  await shoot(student, 'share-log')
}

async function check(story) {
  const { visitor, student } = story
  const { page } = visitor
  await page.goto('/check')
  await shoot(visitor, 'check-page')
  await page.getByLabel(/证照文件/).setInputFiles({ name: 'license-copy.ofd', mimeType: 'application/ofd', buffer: story.file })
  await page.getByRole('button', { name: '核验文件' }).click()
  await heading(page, '可信')
  await shoot(visitor, 'check-verdict')
  await student.page.goto(story.licensePath)
  await student.page.getByRole('link', { name: '打印', exact: true }).click()
  await student.page.waitForURL(/\/print\//)
  await shoot(student, 'print')
  const printed = await student.page.locator('dl.check code').innerText()
  await page.goto('/check')
  await page.getByLabel('码的内容或网址').fill(printed)
  await page.getByRole('button', { name: '查看' }).click()
  await heading(page, '有效')
  await shoot(visitor, 'printed-code')
}

export const chapters = { show, asked, receipts, share, check }
