// Who looks at the uses of licenses afterwards: the issuer counts them, a supervisor looks into them and is put on record, the
// holder keeps one on paper and as a file, anybody finds it by its number, and the administrator sees how the log is.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()
const come = (story, name, device = devices.desk) => Person.arrive(story.browser, { city: story.city, name, device, prefix: 'evidence' })

async function counted(story) {
  const issuer = await come(story, '复核')
  const { page } = issuer
  await issuer.signIn('gl-scjg-reviewer', '/console/usage')
  await heading(page, '本单位证照使用情况')
  await page.getByRole('button', { name: '近一年' }).click()
  await page.getByText(/签发的证照：提供 \d+ 次/).waitFor()
  await page.getByRole('img', { name: /提供 \d+ 次/ }).waitFor()
  await page.getByRole('table', { name: '按用证单位' }).waitFor()
  assert.equal(await page.getByText(story.city.cast['food-firm'].name).count(), 0, 'a holder is told of')
  await issuer.look('usage')
  await issuer.leave()
}

async function looked(story) {
  const supervisor = await come(story, '监督')
  const { page } = supervisor
  await supervisor.signIn('gl-supervisor', '/console/records')
  await heading(page, '用证记录检索')
  await page.getByLabel('起日').fill(new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10))
  await page.getByRole('button', { name: '检索', exact: true }).click()
  await page.getByText('本次检索的存证编号').waitFor()
  const rows = page.getByRole('list', { name: '用证记录检索' }).getByRole('listitem')
  await rows.first().getByText('判定规则').waitFor()
  await supervisor.look('records')
  await page.getByLabel('结果').selectOption('refused')
  await page.getByRole('button', { name: '检索', exact: true }).click()
  await page.getByText(/列出\d+条/).waitFor()
  await page.goto('/console/log')
  await heading(page, '日志健康')
  await supervisor.leave()
}

async function kept(story) {
  const holder = await come(story, '持证人', devices.phone)
  const { page } = holder
  await holder.signIn('food-firm', '/m/uses')
  await heading(page, '谁用过我的证照')
  // The own look makes sure that there is a record.
  await page.goto('/m/')
  await page.locator('main a[href*="/licenses/"]').first().click()
  await page.getByRole('img').first().waitFor()
  await page.goto('/m/uses')
  await page.getByText('筛选').click()
  await page.getByLabel('从哪天').fill('2020-01-01')
  await page.getByRole('link', { name: '看全部' }).first().waitFor()
  await page.getByRole('switch', { name: /也显示我自己的查看/ }).click()
  await page.getByRole('listitem').first().getByRole('link').waitFor()
  await holder.look('uses')
  await page.getByRole('listitem').first().getByRole('link').click()
  await heading(page, '使用记录')
  await page.getByRole('link', { name: '打印存证凭证' }).click()
  await heading(page, '电子证照用证存证凭证')
  await holder.look('receipt')
  const file = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载机器可读凭证' }).click()
  assert.equal((await file).suggestedFilename(), 'certificate.json')
  story.recordNo = new URL(page.url()).pathname.split('/').at(-1)
  await holder.leave()
}

async function found(story) {
  const anybody = await come(story, '任何人', devices.phone)
  await anybody.page.goto(`/e/${story.recordNo}`)
  await heading(anybody.page, '这条记录已入册')
  assert.equal(await anybody.page.getByText(story.city.cast['food-firm'].name).count(), 0, 'whose record it is is told')
  await anybody.look('entry')
  await anybody.leave()
}

async function healthy(story) {
  const admin = await come(story, '管理')
  const { page } = admin
  await admin.signIn('admin', '/console/log')
  await heading(page, '日志健康')
  await page.getByText('运行正常').waitFor()
  await admin.look('log')
  await admin.leave()
}

export const steps = [
  ['the issuer sees how its licenses are used, and no holder', counted],
  ['a supervisor looks into the records of use', looked],
  ['the holder narrows the list and keeps a receipt on paper and as a file', kept],
  ['anybody finds the record by its number', found],
  ['the administrator sees how the log is', healthy],
]
