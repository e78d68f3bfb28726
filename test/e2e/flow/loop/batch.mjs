// Many licenses at once: a list with faults is checked, corrected, reviewed and made; and old licenses are converted, of
// which one may be here already, with the progress that the unit and its reviewer see.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const permit = '食品经营许可证'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()
const come = (story, name) => Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'batch' })

/** Looks at a page of a person as it is, and on a phone. */
async function lookEverywhere(person, name) {
  const { page } = person
  await person.look(name)
  const size = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 3600 }) // so tall that the rail covers nothing
  await person.look(`${name}-phone`)
  await page.setViewportSize(size)
}

/** The credit code of a shop that the demonstration's register knows, with its check character (GB 32100-2015). */
function firmCode(n) {
  const signs = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
  const first = `91350102YX7${String(n).padStart(6, '0')}`
  const sum = [...first].reduce((all, c, i) => all + signs.indexOf(c) * weights[i], 0)
  return first + signs[(31 - (sum % 31)) % 31]
}

const headings = ['社会信用代码', '店名', '法定代表人（负责人）', '住所', '经营场所', '主体业态', '经营项目']
const shop = (n) => [firmCode(n + 200), `榕印小吃第${n + 200}店（演示）`, '林清', '福州市鼓楼区东街8号', `福州市鼓楼区东街${n}号`, '餐饮服务经营者', '热食类食品制售']
const csv = (name, rows) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(rows.map((r) => r.join(',')).join('\n')) })
const count = (page, key) => page.locator(`[data-count="${key}"] strong`)

/** Waits until a count of the batch is n. */
async function counted(page, key, n) {
  await page.locator(`[data-count="${key}"]`).filter({ hasText: new RegExp(`^${n} `) }).waitFor()
}

async function hand(story) {
  const clerk = await come(story, '经办')
  story.batchClerk = clerk
  const { page } = clerk
  await clerk.signIn('gl-scjg-clerk', '/console/makings')
  await heading(page, '制证')
  await page.getByRole('link', { name: '批量制证' }).click()
  await heading(page, '批量制证')
  await page.getByRole('button', { name: '上传', exact: true }).click()
  await page.getByText('请选择文件。').waitFor()
  await lookEverywhere(clerk, 'begin')
  await page.getByLabel('制哪一类证照').selectOption({ label: permit })
  const rows = Array.from({ length: 12 }, (_, i) => shop(i + 1))
  rows[2][0] = rows[2][0].slice(0, 17) + '?'
  rows[6] = rows[5]
  await page.getByLabel('名单文件').setInputFiles(csv('八月新店.csv', [headings, ...rows]))
  await page.getByRole('button', { name: '上传', exact: true }).click()
  await heading(page, '八月新店.csv')
  await page.getByRole('heading', { name: '对应列' }).waitFor()
  await page.getByLabel(/^持证主体（必填）/).selectOption({ label: '店名' })
  await page.getByLabel(/^持证主体代码/).selectOption({ label: '社会信用代码' })
  await lookEverywhere(clerk, 'columns')
  await page.getByRole('button', { name: '确认，开始核对' }).click()
  await counted(page, 'bad', 2)
  await counted(page, 'good', 10)
  await page.getByText('和名单第7行是同一本证照').waitFor()
  await lookEverywhere(clerk, 'faults')
}

async function correct(story) {
  const { page } = story.batchClerk
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: /下载错误文件/ }).click()
  assert.match((await download).suggestedFilename(), /\.xlsx$/)
  const names = ['名单行号', '持证主体代码', '持证主体', ...headings.slice(2)]
  await page.getByLabel('改好的错误文件').setInputFiles(csv('改好.csv', [names, ['4', ...shop(3)], ['8', ...shop(7)]]))
  await page.getByRole('button', { name: '交回改好的行' }).click()
  await counted(page, 'good', 12)
  assert.equal(await count(page, 'bad').count(), 0)
  await story.batchClerk.settle()
  await lookEverywhere(story.batchClerk, 'checked')
  await page.getByRole('button', { name: '提交复核' }).click()
  await page.getByText('等本单位第二人复核').waitFor()
  story.batchUrl = page.url()
}

async function review(story) {
  const reviewer = await come(story, '复核')
  story.batchReviewer = reviewer
  const { page } = reviewer
  await reviewer.signIn('gl-scjg-reviewer', '/console/batches')
  await heading(page, '批量制证')
  await page.getByRole('row').filter({ hasText: '待复核' }).getByRole('link', { name: '八月新店.csv' }).click()
  await page.getByRole('heading', { name: '复核这一批' }).waitFor()
  const face = page.getByRole('img', { name: '照面样张3' })
  await face.waitFor()
  assert.ok(await face.evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)), 'the sample was drawn')
  await page.getByRole('button', { name: '退回', exact: true }).click()
  await page.getByText('退回要写明理由').waitFor()
  await lookEverywhere(reviewer, 'review')
  await page.getByRole('button', { name: '同意制证' }).click()
  await page.getByText('12本已经制出').waitFor()
  await lookEverywhere(reviewer, 'done')
}

/** An old license of the nth shop. */
const old = (n, number, day) => [number, day, `FJ${number.slice(-6)}`, '有效', ...shop(n)]

async function convert(story) {
  const { page } = story.batchClerk
  await page.goto('/console/stock')
  await heading(page, '存量转换')
  await page.getByRole('button', { name: '填报应转数' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('制哪一类证照').selectOption({ label: permit })
  await dialog.getByLabel('应转多少本').fill('400')
  await dialog.getByRole('textbox', { name: /理由/ }).fill('年初摸底')
  await story.batchClerk.look('plan')
  await dialog.getByRole('button', { name: '填报', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('row').filter({ hasText: permit }).getByText('400').waitFor()
  await lookEverywhere(story.batchClerk, 'stock')

  await page.getByLabel('制哪一类证照').selectOption({ label: permit })
  const rows = Array.from({ length: 300 }, (_, i) => old(i + 101, `JY2350102${String(i).padStart(7, '0')}`, '2024-05-06'))
  rows.push(old(1, 'JY23501029999991', '2023-04-03'), old(2, 'JY23501029999992', '2023-04-03'), old(900, 'JY23501029999993', '2012-04-03'))
  await page.getByLabel('名单文件').setInputFiles(csv('存量台账.csv', [['证照编号', '发证日期', '印制号', '状态', ...headings], ...rows]))
  await page.getByRole('button', { name: '上传', exact: true }).click()
  await page.getByRole('heading', { name: '对应列' }).waitFor()
  await page.getByLabel(/^持证主体（必填）/).selectOption({ label: '店名' })
  await page.getByLabel(/^持证主体代码/).selectOption({ label: '社会信用代码' })
  await page.getByRole('button', { name: '确认，开始核对' }).click()
  await counted(page, 'doubt', 2)
  await counted(page, 'left', 1)
  await page.getByText('这本证照已经过期，不转换。').waitFor()
  await lookEverywhere(story.batchClerk, 'doubt')
  const row = page.getByRole('row').filter({ hasText: 'JY23501029999991' })
  await row.getByRole('button', { name: '两本都保留' }).click()
  await counted(page, 'doubt', 1)
  await page.getByRole('group', { name: '余下的一并确认' }).getByRole('button', { name: '同一本，取新的' }).click()
  await page.getByText('和平台上的是同一本证照').waitFor()
  await page.getByRole('button', { name: '提交复核' }).click()
  await page.getByText('等本单位第二人复核').waitFor()
  story.stockUrl = page.url()
}

async function watch(story) {
  const { page } = story.batchReviewer
  await page.goto(story.stockUrl)
  await page.getByRole('heading', { name: '复核这一批' }).waitFor()
  await page.keyboard.press('a')
  await page.getByText(/^已制\d+本，共301本$/).waitFor()
  await page.getByText('301本已经制出').waitFor()
  await page.goto('/console/stock')
  await heading(page, '存量转换')
  const row = page.getByRole('table', { name: '转换进度' }).getByRole('row').filter({ hasText: permit })
  await row.getByText(/办结\d+%/).waitFor()
  assert.match(await row.innerText(), /400[\s\S]*3\d\d/)
  await lookEverywhere(story.batchReviewer, 'progress')
  await story.batchReviewer.leave()
  await story.batchClerk.leave()
}

export const steps = [
  ['a clerk hands in a list, says which column is which, and reads what is wrong', hand],
  ['the faulty rows come back corrected', correct],
  ['the second person looks at samples and lets them be made', review],
  ['old licenses are handed in, and a person says which are here already', convert],
  ['they are made with their progress to be seen', watch],
]
