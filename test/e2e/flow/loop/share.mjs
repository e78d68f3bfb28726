// A file for somebody far away: the holder shares it by link and code, the receiver downloads it, the check page knows the
// very file and refuses a changed one; and a license on paper, whose printed code tells type and state only.

import assert from 'node:assert/strict'
import { bytesOf } from '../counter.mjs'
import { Person, devices } from '../../support/person.mjs'

const login = 'has-business-license'
const licenseType = '营业执照'
const receiver = '榕印银行五四路支行'

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

const come = (story, name, prefix) =>
  Person.arrive(story.browser, { city: story.city, name, device: devices.phone, prefix, script: true })

async function share(story) {
  const holder = await come(story, '持证人', 'share')
  story.sharer = holder
  const { page } = holder
  await holder.signIn(login, '/m/')
  await page.getByRole('link', { name: licenseType, exact: true }).first().click()
  await page.getByRole('link', { name: '授权别人下载文件' }).click()
  await heading(page, '授权下载')
  await page.getByLabel('给谁').fill(receiver)
  await page.getByLabel('做什么用').fill('申请经营贷款')
  await page.getByLabel('30天').check()
  await holder.look('new')
  await page.getByRole('button', { name: '生成链接' }).click()
  await page.getByRole('heading', { name: '链接已生成' }).waitFor()
  await holder.look('ready')
  story.link = await page.locator('.share-link').innerText()
  story.extraction = await page.locator('.share-code').innerText()
  assert.match(story.extraction, /^[2-9A-Z]{6}$/)
  await page.getByRole('link', { name: '看授权的情况' }).click()
  await page.getByText('可以下载', { exact: true }).waitFor()
  await page.getByText('已下载0次，最多3次').waitFor()
}

async function download(story) {
  const bank = await Person.arrive(story.browser, { city: story.city, name: '接收方', device: devices.desk, prefix: 'share', script: false })
  const { page } = bank
  story.receiver = bank
  for (let i = 0; i < 3; i++) await page.goto(story.link) // opening consumes nothing
  await heading(page, licenseType)
  await page.getByText('还可以下载').waitFor()
  await page.getByText('3次').waitFor()
  bank.expectRefusal(422, /^\/d\//)
  await page.getByRole('textbox', { name: '提取码' }).fill('WRONG2')
  await page.getByRole('button', { name: '下载OFD文件' }).click()
  await page.getByText('还可以试4次').waitFor()
  await page.getByRole('textbox', { name: '提取码' }).fill(story.extraction.toLowerCase())
  for (const [button, kind] of [['下载OFD文件', 'ofd'], ['下载PDF副本', 'pdf']]) {
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: button }).click()
    story[kind] = await bytesOf(await file)
  }
  assert.equal(story.pdf.subarray(0, 5).toString(), '%PDF-')
}

async function receiverPages(story) {
  // The pages again with scripts, which the looking needs; they themselves have none.
  const bank = await come(story, '接收方的手机', 'share')
  await bank.page.goto(story.link)
  await bank.look('receiver')
  await bank.prefer({ large: true })
  await bank.page.reload()
  await bank.look('receiver-large')
  await bank.prefer({ lang: 'en' })
  await bank.page.reload()
  await bank.page.getByRole('button', { name: 'Download the OFD file' }).waitFor()
  await bank.look('receiver-en')
  await bank.prefer({})
  story.checker = bank
}

async function upload(page, name, mimeType, buffer) {
  await page.goto('/check')
  await page.getByLabel(/证照文件/).setInputFiles({ name, mimeType, buffer })
  await page.getByRole('button', { name: '核验文件' }).click()
}

async function checkFiles(story) {
  const { page } = story.checker
  const { pdf, ofd, checker } = story
  await upload(page, 'license-copy.ofd', 'application/ofd', ofd)
  await heading(page, '可信')
  await page.getByText('这是一份加注件').waitFor()
  await page.getByText(receiver, { exact: true }).waitFor()
  await upload(page, 'license-copy.pdf', 'application/pdf', pdf)
  await heading(page, '原样')
  await page.getByText('有效', { exact: true }).waitFor()
  await checker.look('pdf')
  const changed = Buffer.from(pdf)
  changed[Math.floor(pdf.length / 2)] ^= 1
  await upload(page, 'license-copy.pdf', 'application/pdf', changed)
  await heading(page, '不可信')
  await checker.look('pdf-changed')
  await upload(page, 'other.pdf', 'application/pdf', Buffer.from('%PDF-1.4 something else'))
  await heading(page, '认不出')
  await checker.look('pdf-unknown')
}

async function seen(story) {
  const { sharer: holder } = story
  const { page } = holder
  await page.reload()
  await page.getByText('已下载2次，最多3次').waitFor()
  await page.getByText('有人输错了提取码').waitFor()
  await holder.look('log')
  await page.getByRole('link', { name: '看使用记录' }).first().click()
  await page.getByText('授权下载', { exact: true }).first().waitFor()
  await page.goBack()
  await page.getByRole('button', { name: '收回授权' }).click()
  await page.getByText('已收回', { exact: true }).waitFor()
  await holder.prefer({ large: true })
  await page.reload()
  await page.getByText('您收回了授权').waitFor()
  await holder.look('log-large')
  await page.goto('/m/shares')
  await page.getByText(receiver).first().waitFor()
  await holder.look('list-large')
  await holder.prefer({})
  await page.reload()
  await page.getByText(receiver).first().waitFor()
  await holder.look('list')
  story.receiver.expectRefusal(410, /^\/d\//)
  await story.receiver.page.goto(story.link)
  await story.receiver.page.getByText('持证人已收回这次授权').waitFor()
}

async function print(story) {
  const { sharer: holder } = story
  const { page } = holder
  await page.goto('/m/')
  await page.getByRole('link', { name: licenseType, exact: true }).first().click()
  await page.getByRole('link', { name: '打印', exact: true }).click()
  await page.waitForURL(/\/print\//)
  const face = page.getByRole('img', { name: '证照的照面' })
  assert.ok(await face.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)), 'the face is drawn')
  await holder.look('print')
  await page.emulateMedia({ media: 'print' })
  await holder.picture('share-print-paper')
  await page.emulateMedia({ media: 'screen' })
  const code = await page.locator('dl.check code').innerText()

  // What stands on paper leads anybody to type and state, and not to whose it is.
  const { page: anybody } = story.checker
  await anybody.goto('/check')
  await anybody.getByLabel('码的内容或网址').fill(code)
  await anybody.getByRole('button', { name: '查看' }).click()
  await heading(anybody, '有效')
  await anybody.getByText(licenseType).first().waitFor()
  const { items } = await (await page.request.get('/api/v1/me/licenses')).json()
  const { holderName } = items.find((l) => l.type.name === licenseType)
  assert.ok(holderName)
  assert.ok(!(await anybody.content()).includes(holderName), 'the printed code tells whose license it is')
}

async function gaps(story) {
  const office = await Person.arrive(story.browser, { city: story.city, name: '数字办', device: devices.desk, prefix: 'feed' })
  story.office = office
  const { page } = office
  await office.signIn('digital', '/console/units/feed')
  await heading(page, '办件归集')
  await page.getByText('没有日报').first().waitFor()
  await page.getByRole('heading', { name: '各系统的序号' }).waitFor()
  await office.look('report')
  await office.prefer({ large: true })
  await page.reload()
  await page.getByText('没有日报').first().waitFor()
  await office.look('report-large')
  await office.prefer({ lang: 'en' })
  await page.reload()
  await page.getByText('No tally').first().waitFor()
  await office.look('report-en')
  await office.prefer({})
  await page.reload()
  await page.getByRole('link', { name: '住房公积金业务系统' }).first().click()
  await page.getByRole('heading', { name: '签名公钥' }).waitFor()
  await office.look('keys')
  await page.getByRole('button', { name: /^停用/ }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('变更理由').fill('更换密钥')
  await dialog.getByRole('button', { name: '停用', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText(/停用$/).first().waitFor()
  await office.look('key-ended')
}

async function leave(story) {
  for (const who of [story.sharer, story.receiver, story.checker, story.office]) await who.leave()
}

export const steps = [
  ['a holder shares a file by link and code', share],
  ['the receiver downloads it as OFD and as PDF', download],
  ['the receiver’s page in large type and in English', receiverPages],
  ['the check page knows the very file and refuses a changed one', checkFiles],
  ['the holder sees the log and takes it back', seen],
  ['a license on paper can be checked', print],
  ['the digital office sees which cases departments’ systems did not send', gaps],
  ['nothing went wrong unseen', leave],
]
