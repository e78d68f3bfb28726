// 亮证: a camera reads what a phone shows, once; the hotel asks and the guest consents; two people show to each other.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { film, startWithCamera } from '../../support/camera.mjs'
import { devices, Person } from '../../support/person.mjs'
import { readCodes } from '../../support/picture.mjs'

const card = '居民身份证'
const lostCard = '老年人优待证'
const hotelName = '福州三坊酒店（演示）有限公司'
const recordNo = /YX[0-9A-Z]{26}/

/** Opens a page of one of the people, signed in. */
async function arrive(story, name, device, browser = story.browser, to = '/m/') {
  const person = await Person.arrive(browser, { city: story.city, name, device: devices[device], prefix: 'loop-show' })
  await person.signIn(name, to)
  return person
}

/** Begins to show a license and gives what the QR code on the screen says. */
async function show(person, type = card) {
  const { page } = person
  await page.goto('/m/')
  await page.getByRole('link', { name: `出示${type}`, exact: true }).click()
  return scanned(person, `${type}的出示二维码，请让对方扫描`)
}

async function scanned({ page }, alt) {
  const code = page.getByRole('img', { name: alt }).first()
  await code.waitFor()
  const [text] = await readCodes(await code.screenshot())
  assert.match(text ?? '', /\/(s|m\/r)\/[A-Za-z0-9_-]{20,}$/)
  return text
}

const state = async (person, url) => {
  const answer = await person.page.request.get(`/api/v1/presentations/${url.split('/').at(-1)}`)
  return (await answer.json()).state
}

async function prepare(story) {
  story.folder = await mkdtemp(join(tmpdir(), 'yinxin-camera-'))
  story.film = join(story.folder, 'camera.y4m')
  story.camera = await startWithCamera(story.film)
  const people = await Promise.all([
    arrive(story, 'groom', 'phone'),
    arrive(story, 'bride', 'phone'),
    arrive(story, 'has-senior-card', 'phone'),
    arrive(story, 'hotel-verifier', 'desk', story.browser, '/m/verify'),
    arrive(story, 'hotel-verifier', 'phone', story.camera, '/m/verify'),
  ])
  ;[story.groom, story.bride, story.loser, story.hotel, story.scanner] = people
  story.showPeople = people
}

async function cameraReads(story) {
  const { groom, scanner, browser } = story
  const url = await show(groom)
  await groom.look('show')
  await film(browser, await groom.page.screenshot(), story.film)
  // A link preview, a crawler, a second look: a plain GET consumes nothing.
  for (let i = 0; i < 3; i++) {
    assert.equal((await scanner.page.request.get(url)).status(), 200)
    assert.equal(await state(scanner, url), 'open')
  }
  const { page } = scanner
  await page.getByRole('button', { name: '打开相机扫码' }).click()
  await page.getByRole('heading', { name: `这是${card}的出示码` }).waitFor()
  await scanner.look('camera-confirm')
  await page.getByLabel('用途').fill('入住登记')
  await page.getByRole('button', { name: '核验', exact: true }).click()
  await page.getByRole('heading', { name: '有效', exact: true }).waitFor()
  await scanner.look('camera-verdict')
  await groom.page.getByRole('heading', { name: '对方已核验' }).waitFor()
  await groom.page.getByText('入住登记').waitFor()

  // The camera still sees the same picture: as good as a screenshot. It is refused, in words.
  await page.getByRole('button', { name: '再核验一本' }).click()
  await page.getByRole('button', { name: '打开相机扫码' }).click()
  await page.getByText('这个出示码已经核验过，不能再用').waitFor()
  await scanner.look('camera-again')
  const again = await page.request.post(`/api/v1/presentations/${url.split('/').at(-1)}/check`, { data: {} })
  assert.equal(again.status(), 410)
  const problem = await again.json()
  assert.equal(problem.code, 'present.used')
  assert.match(problem.zh, /截图/)
}

async function inAScenario(story) {
  const { groom, scanner } = story
  const { page } = groom
  const before = await show(groom)
  await page.getByText('怎么出示').click()
  await page.getByLabel('用在哪里').selectOption('酒店入住')
  await page.getByText('只在“酒店入住”场景出示').waitFor()
  for (const field of ['持证主体代码', '性别', '照片']) await page.getByRole('listitem').filter({ hasText: field }).first().waitFor()
  assert.equal(await state(groom, before), 'ended', 'the earlier code lives on')
  await groom.look('show-scenario')
  await page.getByText('怎么出示').click()
  await page.getByLabel('供几个人核验').selectOption('2')
  await page.getByText('这个码还能核验2次').waitFor()
  await page.getByRole('button', { name: '全屏显示' }).click()
  await page.getByRole('button', { name: '退出全屏' }).waitFor()
  await groom.look('show-full')
  const url = await scanned(groom, `${card}的出示二维码，请让对方扫描`)
  await page.keyboard.press('Escape')

  await scanner.page.goto(`/m/verify?code=${url.split('/').at(-1)}`)
  await scanner.page.getByText('对方在“酒店入住”场景出示').waitFor()
  await scanner.page.getByRole('button', { name: '核验', exact: true }).click()
  await scanner.page.getByRole('img', { name: '照片' }).waitFor()
  await scanner.look('scenario-verdict')
  await page.getByText(hotelName).waitFor()
  await groom.look('show-half')
  await page.getByRole('button', { name: '停止出示' }).click()
  await page.getByRole('heading', { name: '已停止出示' }).waitFor()
}

/** The hotel makes a code; gives what it says. */
async function hotelAsks({ hotel }) {
  const { page } = hotel
  await page.goto('/m/verify')
  await page.getByRole('link', { name: /^出一个码，请对方扫/ }).click()
  await page.getByRole('heading', { name: '请对方出示', level: 1 }).waitFor()
  await page.getByLabel('场景').waitFor()
  await hotel.look('ask')
  await page.getByRole('button', { name: '出码' }).click()
  const url = await scanned(hotel, '请对方扫这个码')
  await hotel.look('ask-code')
  return url
}

async function reverseScan(story) {
  const { bride, hotel } = story
  await hotelAsks(story).then((url) => bride.page.goto(new URL(url).pathname))
  const { page } = bride
  await page.getByRole('heading', { name: '有人请您出示', level: 1 }).waitFor()
  for (const words of [hotelName, '酒店入住', '《旅馆业治安管理办法》第六条']) await page.getByText(words).first().waitFor()
  await page.getByText('先看看会给出什么').click()
  await page.getByText(story.city.cast.bride.name).first().waitFor()
  await bride.look('asked')
  await page.getByRole('checkbox', { name: '照片' }).uncheck()
  await page.getByRole('button', { name: '同意', exact: true }).click()
  await bride.look('asked-sure')
  await page.getByRole('button', { name: '确定，给对方看' }).click()
  await page.getByRole('heading', { name: '您已同意' }).waitFor()
  await bride.look('asked-agreed')

  await hotel.page.getByText('对方已同意').first().waitFor()
  await hotel.page.getByText(story.city.cast.bride.name).waitFor()
  assert.equal(await hotel.page.getByRole('img', { name: '照片' }).count(), 0, 'what was not agreed to is shown')
  await hotel.look('ask-got')
  const no = recordNo.exec(await hotel.page.locator('.code', { hasText: recordNo }).first().innerText())[0]

  // Both keep a receipt under one number, and the guest checks that it stands in the log.
  await hotel.page.getByRole('link', { name: '我的回执' }).click()
  await hotel.page.locator(`a[href$="${no}"]`).waitFor()
  await hotel.look('receipts-hotel')
  await page.getByRole('link', { name: '看回执' }).click()
  await bride.look('receipts')
  await page.locator(`a[href$="${no}"]`).click()
  await page.getByRole('heading', { name: '回执', exact: true }).waitFor()
  await page.getByText(hotelName).waitFor()
  await page.getByRole('button', { name: '核对凭证' }).click()
  await page.getByRole('heading', { name: '凭证属实' }).waitFor()
  await bride.look('receipt')
}

async function refused(story) {
  const { groom, hotel, scanner, browser } = story
  const url = await hotelAsks(story)
  // The guest's own camera reads the hotel's screen; here the scanner's browser lends it.
  await film(browser, await hotel.page.getByRole('img', { name: '请对方扫这个码' }).screenshot(), story.film)
  await scanner.page.goto('/m/verify')
  await scanner.page.getByRole('button', { name: '打开相机扫码' }).click()
  await scanner.page.waitForURL(url)
  await scanner.page.getByText('请用持证人自己的账号扫这个码').waitFor()
  await scanner.look('asked-staff')
  await groom.page.goto(new URL(url).pathname)
  await groom.page.getByRole('button', { name: '拒绝', exact: true }).click()
  await groom.page.getByRole('heading', { name: '您已拒绝' }).waitFor()
  await groom.look('asked-refused')
  await hotel.page.getByRole('heading', { name: '对方没有同意' }).waitFor()
  await hotel.look('ask-refused')
  await groom.page.reload()
  await groom.page.getByText('这个请求已经结束').waitFor()
}

async function betweenPeople(story) {
  const { groom, bride } = story
  const { page } = groom
  await page.goto('/m/ask')
  await page.getByRole('button', { name: '出码' }).click()
  await page.getByText('至少选一种').waitFor()
  await page.getByLabel('要看哪种证照').fill('居民身份证')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('button', { name: `选择${card}`, exact: true }).click()
  await page.getByText('再要几项').click()
  await page.getByRole('checkbox', { name: '性别' }).check()
  await page.getByLabel('为什么要看').fill('签订租房合同')
  await groom.look('ask-peer')
  await page.getByRole('button', { name: '出码' }).click()
  await scanned(groom, '请对方扫这个码')
  const screen = await page.screenshot()

  // The other one reads it from a picture.
  await bride.page.goto('/m/verify')
  await bride.page.getByLabel('从图片识别').setInputFiles({ name: 'screen.png', mimeType: 'image/png', buffer: screen })
  await bride.page.getByText('没有登记为核验单位').waitFor()
  await bride.page.getByText('签订租房合同').waitFor()
  await bride.page.getByRole('checkbox', { name: '性别' }).waitFor()
  await bride.look('asked-peer')
  await bride.page.getByRole('button', { name: '同意', exact: true }).click()
  await bride.page.getByRole('button', { name: '确定，给对方看' }).click()
  await bride.page.getByRole('heading', { name: '您已同意' }).waitFor()
  await page.getByText(story.city.cast.bride.name).waitFor()
  await groom.look('ask-peer-got')
  for (const who of [groom, bride]) {
    await who.page.goto('/m/receipts')
    await who.page.getByText('签订租房合同').first().waitFor()
  }
}

/** A code opened before the card was reported lost tells, when it is confirmed, what is true then. */
async function revokedMeanwhile(story) {
  const { loser, scanner } = story
  const url = await show(loser, lostCard)
  await scanner.page.goto(new URL(url).pathname)
  await scanner.page.getByRole('heading', { name: '您将看到' }).waitFor()
  const id = new URL(loser.page.url()).pathname.split('/').at(-2)
  const lost = await loser.page.evaluate(async (path) => (await fetch(path, { method: 'POST' })).status, `/api/v1/me/licenses/${id}/loss`)
  assert.equal(lost, 200)
  await scanner.page.getByRole('button', { name: '核验', exact: true }).click()
  await scanner.page.getByRole('heading', { name: '暂停使用', level: 1 }).waitFor()
  await scanner.page.getByText('挂失').first().waitFor()
  const holder = await loser.page.request.get('/api/v1/session').then((r) => r.json())
  assert.equal(await scanner.page.getByText(holder.name).count(), 0, 'a lost card still shows its holder')
  await scanner.look('lost-verdict')
}

/** The pages once more, in English and large type. */
async function forEverybody(story) {
  const { bride, hotel } = story
  await bride.page.goto('/m/receipts')
  const receipt = await bride.page.locator('main a[href*="/receipts/"]').first().getAttribute('href')
  const home = await bride.page.request.get('/api/v1/me/licenses').then((r) => r.json())
  const id = home.items.find((l) => l.usable).id
  for (const who of [bride, hotel]) await who.prefer({ lang: 'en', large: true }) // the longest words
  for (const [name, path] of [['show', `/m/licenses/${id}/show`], ['verify', '/m/verify'], ['ask', '/m/ask'], ['receipts', '/m/receipts'], ['receipt', receipt]]) {
    await bride.page.goto(path)
    await bride.page.getByRole('heading', { level: 1 }).waitFor()
    await bride.look(`large-english-${name}`)
  }
  await hotel.page.goto('/m/ask')
  await hotel.page.getByRole('button', { name: 'Make the code' }).click()
  const url = await scanned(hotel, 'Code for the other side to scan')
  await hotel.look('large-english-ask-code')
  await bride.page.goto(new URL(url).pathname)
  await bride.page.getByRole('checkbox').first().waitFor()
  await bride.look('large-english-asked')
}

async function leave(story) {
  for (const person of story.showPeople) await person.leave()
  await story.camera.close()
  await rm(story.folder, { recursive: true, force: true })
}

export const steps = [
  ['a camera, a hotel and people with licenses arrive', prepare],
  ['a camera reads the code of a phone; opening it consumes nothing, a second use is refused', cameraReads],
  ['in a scenario its fields are shown, and the earlier code ends', inAScenario],
  ['the hotel asks, the guest sees who and what, agrees to a part, and both keep a receipt', reverseScan],
  ['the guest may refuse', refused],
  ['two people show to each other without enrolment', betweenPeople],
  ['a code opened before the loss shows the new state after it', revokedMeanwhile],
  ['the pages are there in English, and stand large type', forEverybody],
  ['nobody met an error that was not told', leave],
]
