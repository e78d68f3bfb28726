// 授权中心: a hotel asks somebody who is not there; the guest agrees to less with a strong confirmation, the hotel reads, the guest
// withdraws, and the next reading is refused with the reason. Then the guest authorises another person unasked.

import assert from 'node:assert/strict'
import { Person, devices } from '../../support/person.mjs'

const card = '居民身份证'
const hotelName = '福州三坊酒店（演示）有限公司'

async function arrive(story, name, device, to) {
  const person = await Person.arrive(story.browser, { city: story.city, name, device: devices[device], prefix: 'loop-authorise' })
  await person.signIn(name, to)
  return person
}

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function prepare(story) {
  const people = await Promise.all([
    arrive(story, 'owner', 'phone', '/m/me'),
    arrive(story, 'baker', 'desk', '/m/verify'),
    arrive(story, 'hotel-verifier', 'desk', '/m/verify'),
  ])
  ;[story.guest, story.peer, story.lodging] = people
  story.authorisePeople = people
}

/** Sends a request for the type that is offered first. */
async function ask(lodging, code, name) {
  const { page } = lodging
  await page.getByRole('link', { name: '请求授权' }).click()
  await heading(page, '请求授权')
  await page.getByLabel('场景').waitFor()
  await page.getByLabel('对方的证件号码').fill(code)
  await page.getByLabel('对方的姓名或名称').fill(name)
  await page.getByLabel('3次', { exact: true }).check()
  await lodging.look('ask')
  await page.getByRole('button', { name: '发出请求' }).click()
  await heading(page, '得到的授权')
}

async function asked(story) {
  const { lodging, guest, city } = story
  const { page } = lodging
  await page.getByRole('link', { name: /^凭授权查看/ }).click()
  await page.getByText('还没有人授权给您').waitFor()
  await lodging.look('none-hotel')
  await ask(lodging, city.cast.owner.code, '别某某')
  await page.getByText('等待答复').waitFor() // who is known by what name is told to nobody
  await page.goto('/m/authorised')
  await ask(lodging, city.cast.owner.code, city.cast.owner.name)
  await page.getByText('等待答复').waitFor()
  assert.ok(!page.url().includes(city.cast.owner.code), 'a code stands in the address')
  await lodging.look('asked-hotel')

  // The guest is told by a message, and finds it in the centre.
  await guest.page.goto('/m/notices')
  await guest.page.getByText(`有人请您授权查看“${card}”`).first().waitFor()
  await guest.page.goto('/m/me')
  await guest.page.getByRole('link', { name: '授权中心' }).click()
  await guest.page.getByRole('heading', { name: '等您答复' }).waitFor()
  await guest.look('list')
}

async function given(story) {
  const { guest } = story
  const { page } = guest
  await page.getByRole('link', { name: new RegExp(hotelName) }).click()
  await heading(page, '授权详情')
  await page.getByText('《旅馆业治安管理办法》第六条').waitFor()
  await page.getByRole('checkbox', { name: '照片' }).uncheck()
  await page.getByLabel('7天', { exact: true }).check()
  await guest.look('answer')
  await page.getByRole('button', { name: '同意授权' }).click()
  await page.getByText('还没有人看过').waitFor()
  await page.getByText('已看0次，最多3次').waitFor()
  await guest.look('given')
}

async function read(story) {
  const { lodging, guest, city } = story
  const { page } = lodging
  await page.reload()
  await page.getByText('还可以看3次').waitFor()
  await lodging.look('given-hotel')
  await page.getByRole('button', { name: '查看一次' }).click()
  await page.getByRole('heading', { name: '有效', exact: true }).waitFor()
  await page.getByText(city.cast.owner.name).first().waitFor()
  assert.equal(await page.getByRole('img', { name: '照片' }).count(), 0, 'what was not agreed to is shown')
  await page.getByText('还可以看2次').waitFor()
  await lodging.look('read')
  await guest.page.reload()
  await guest.page.getByText('已看1次，最多3次').waitFor()
  await guest.look('used')
  await guest.page.goto('/m/uses')
  await guest.page.getByRole('main').getByText(hotelName).locator('visible=true').first().waitFor()
  await guest.page.goBack()
}

async function withdrawn(story) {
  const { lodging, guest } = story
  await guest.page.getByRole('button', { name: '收回授权' }).click()
  await guest.look('withdraw')
  await guest.page.getByRole('button', { name: '确定收回' }).click()
  await guest.page.getByText('已收回', { exact: true }).waitFor()
  lodging.expectRefusal(403, /\/read$/)
  await lodging.page.getByRole('button', { name: '再看一次' }).click()
  await lodging.page.getByText('持证人已收回授权，不能再查看').waitFor()
  await lodging.page.getByText('现在不能查看：已收回').waitFor()
  await lodging.look('refused')
  await guest.page.reload()
  await guest.page.getByText('持证人已收回授权').first().waitFor() // the refusal stands in the history, with its reason
  await guest.look('withdrawn')
}

async function unasked(story) {
  const { guest, peer, city } = story
  const { page } = guest
  await page.goto('/m/authorisations/new')
  await page.getByLabel('1. 哪本证照').selectOption({ label: await page.getByRole('option', { name: new RegExp(card) }).first().innerText() })
  await guest.look('new-unit')
  await page.getByLabel('另一个人或企业').check()
  await page.getByLabel('对方的证件号码').fill(city.cast.baker.code)
  await page.getByLabel('对方的姓名或名称').fill(city.cast.baker.name)
  await page.getByLabel('做什么用').fill('签订租房合同')
  await page.getByText('只用于：签订租房合同').waitFor()
  await guest.look('new-person')
  await page.getByRole('button', { name: '确认授权' }).click()
  await heading(page, '授权详情')
  await page.getByText('授权中', { exact: true }).waitFor()

  await peer.page.getByRole('link', { name: /^凭授权查看/ }).click()
  await peer.page.getByRole('link', { name: /签订租房合同/ }).click()
  await peer.page.getByRole('button', { name: '查看一次' }).click()
  await peer.page.getByText(city.cast.owner.name).first().waitFor()
  await peer.page.getByText('现在不能查看：次数用完').waitFor()
  await peer.look('read-person')
}

/** The pages once more, in large type and in English. */
async function forEverybody(story) {
  const { guest, lodging } = story
  const one = new URL(guest.page.url()).pathname
  for (const lang of ['zh', 'en']) {
    for (const who of [guest, lodging]) await who.prefer({ lang, large: true })
    for (const [name, path] of [['list', '/m/authorisations'], ['one', one], ['new', '/m/authorisations/new']]) {
      await guest.page.goto(path)
      await guest.page.getByRole('heading', { level: 1 }).waitFor()
      await guest.look(`large-${lang}-${name}`)
    }
    for (const [name, path] of [['hotel-list', '/m/authorised'], ['hotel-ask', '/m/authorised/ask']]) {
      await lodging.page.goto(path)
      await lodging.page.getByRole('heading', { level: 1 }).waitFor()
      await lodging.look(`large-${lang}-${name}`)
    }
  }
}

async function leave(story) {
  for (const person of story.authorisePeople) await person.leave()
}

export const steps = [
  ['a guest, another person and a hotel arrive', prepare],
  ['the hotel asks by number and name, and the guest is told', asked],
  ['the guest agrees to a part, with a strong confirmation', given],
  ['the hotel reads once, and the guest sees it', read],
  ['the guest withdraws, and the next reading is refused with the reason', withdrawn],
  ['the guest authorises another person unasked', unasked],
  ['the pages stand large type, in both languages', forEverybody],
  ['nobody met an error that was not told', leave],
]
