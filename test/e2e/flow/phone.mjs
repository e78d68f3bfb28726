// Two phones: the holder shows the license, the verifier checks it, the holder sees who looked.

import assert from 'node:assert/strict'
import { readCodes } from '../support/picture.mjs'
import { bytesOf, licenseType, matter } from './counter.mjs'

const tab = (page, name) => page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name })

export async function findLicense(story) {
  const { holder } = story
  const { page } = holder
  await holder.signIn('food-firm', '/m/')
  await page.getByRole('heading', { name: '我的证照', level: 1 }).waitFor()
  const card = page.getByRole('article').filter({ has: page.getByRole('heading', { name: licenseType }) })
  await card.getByText('有效').waitFor()
  await holder.look('holder-home')
  await card.getByRole('link', { name: licenseType, exact: true }).click()
  await page.getByRole('heading', { name: licenseType, level: 1 }).waitFor()
  const face = page.getByRole('img', { name: `${licenseType}的照面` })
  await face.scrollIntoViewIfNeeded()
  assert.ok(await face.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)), 'the face was drawn')
  await holder.look('holder-license')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载证照文件（OFD）' }).click()
  story.licenseFile = await bytesOf(await download)

  // The code printed on the face leads to the page that tells type and state only.
  const [printed] = await readCodes(await face.screenshot())
  assert.ok(printed?.startsWith(`${story.city.url}/v/`), `the code on the face says ${printed}`)
  story.printedUrl = printed
}

export async function show(story) {
  const { holder } = story
  const { page } = holder
  await page.getByRole('link', { name: '出示这本证照' }).click()
  const code = page.getByRole('img', { name: `${licenseType}的出示二维码，请让对方扫描` })
  await code.waitFor()
  await holder.look('holder-show')
  const [shown] = await readCodes(await page.screenshot())
  assert.ok(shown?.startsWith(`${story.city.url}/s/`), `the code shown says ${shown}`)
  const link = await page.getByRole('link', { name: /换一台手机扫这个码/ }).getAttribute('href')
  assert.equal(new URL(shown).pathname, link)
  const box = await code.boundingBox()
  assert.ok(box.width >= 0.6 * 390, `the code is ${box.width} px wide`)
  story.shownUrl = shown
}

export async function check(story) {
  const { verifier, holder } = story
  const { page } = verifier
  await page.goto(story.shownUrl)
  await page.getByRole('heading', { name: '您将看到' }).waitFor()
  await page.getByText('这个码只能核验一次').waitFor()
  await verifier.look('verifier-peek')
  for (let i = 0; i < 2; i++) {
    await page.reload()
    await page.getByRole('button', { name: '核验', exact: true }).waitFor()
  }
  await page.getByRole('main').getByRole('link', { name: '登录' }).click()
  await verifier.giveAccount('hotel-verifier')
  await page.waitForURL(story.shownUrl)
  await page.getByLabel('用途（选填）').fill('入驻登记')
  await page.getByRole('button', { name: '核验', exact: true }).click()
  await page.getByRole('heading', { name: '有效', level: 1 }).waitFor()
  await page.getByText(story.city.cast['food-firm'].name).waitFor()
  await verifier.look('verifier-verdict')

  // The holder's screen tells by itself who checked.
  await holder.page.getByRole('heading', { name: '对方已核验' }).waitFor()
  await holder.page.getByText('福州三坊酒店（演示）有限公司').waitFor()
  await holder.page.getByText('入驻登记').waitFor()
  await holder.look('holder-checked')
}

export async function checkAgain(story) {
  const { verifier } = story
  const { page } = verifier
  verifier.expectRefusal(410, /^\/s\//)
  await page.goto(story.shownUrl)
  await page.getByRole('heading', { name: '这个码不能再用' }).waitFor()
  await page.getByText(/已经核验过|已核验过|用过/).first().waitFor()
  await verifier.look('verifier-used')
}

export async function whoUsed(story) {
  const { holder, caseNo } = story
  const { page } = holder
  await page.getByRole('link', { name: '完成' }).click()
  await tab(page, '谁用过').click()
  await page.getByRole('heading', { name: '谁用过我的证照', level: 1 }).waitFor()
  const record = page.getByRole('listitem').filter({ hasText: '福州三坊酒店（演示）有限公司' })
  await record.getByText('已给出').waitFor()
  await holder.look('holder-uses')
  const unit = '福州市鼓楼区市场监督管理局（演示）'
  // The very record whose number the clerk saw when the case was opened, and that of looking at the copy.
  const [fetched] = story.records
  for (const no of [story.copyRecord, fetched]) assert.equal(await page.locator(`a[href$="${no}"]`).count(), 1, no)
  await page.locator(`a[href$="${fetched}"]`).filter({ hasText: unit }).filter({ hasText: '营业执照' }).click()
  await page.getByRole('heading', { name: '使用记录', level: 1 }).waitFor()
  for (const text of [unit, matter, caseNo, fetched]) await page.getByText(text).first().waitFor()
  await holder.look('holder-use')
}

export async function prove(story) {
  const { holder } = story
  const { page } = holder
  await page.getByRole('button', { name: '核对凭证' }).click()
  await page.getByRole('heading', { name: '凭证属实' }).waitFor()
  assert.equal(await page.getByText('不通过').count(), 0)
  await page.getByText('凭证里写着').click()
  await holder.look('holder-proof')
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('listitem').filter({ hasText: '福州三坊酒店（演示）有限公司' }).getByRole('link').click()
  await page.getByText('当面出示').first().waitFor()
  await page.getByRole('button', { name: '核对凭证' }).click()
  await page.getByRole('heading', { name: '凭证属实' }).waitFor()
  await holder.look('holder-proof-shown')
}
