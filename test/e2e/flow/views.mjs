// The pages once more, as other people see them: in large type, in English, on a small phone, enlarged to 200 %, and
// in the states that the flow does not pass through.

import assert from 'node:assert/strict'
import { devices, Person } from '../support/person.mjs'
import { licenseType } from './counter.mjs'

const permitCode = '11350000YX0000016Q012' // 食品经营许可证

/** The pages of each person, by the name of their pictures. */
function pagesOf(story) {
  const { caseNo, licenseId, records, printedUrl, matterCode } = story
  return {
    clerk: {
      today: '/console/today',
      cases: '/console/cases?queue=unit',
      new: '/console/cases/new',
      case: `/console/cases/${caseNo}?queue=mine`,
      open: `/console/cases/${story.openCaseNo}?queue=mine`,
      rules: '/console/rules',
      offline: `/console/makings/new?type=${permitCode}`,
      seals: '/console/seals',
      sealRequests: '/console/seals/requests',
      sealDesk: '/console/seals/desk',
      issued: '/console/licenses',
      license: `/console/licenses/${story.makingIdentifier}`,
    },
    reviewer: { makings: '/console/makings', making: `/console/makings/${story.makingId}` },
    holder: {
      home: '/m/',
      license: `/m/licenses/${licenseId}`,
      show: `/m/licenses/${licenseId}/show`,
      uses: '/m/uses',
      use: `/m/uses/${records[0]}`,
      verify: '/m/verify',
      matter: `/m/matters/${matterCode}`,
      me: '/m/me',
    },
    visitor: {
      portal: '/',
      login: '/login',
      check: '/check',
      help: '/help',
      printed: new URL(printedUrl).pathname,
    },
  }
}

/** Looks at every page of the people named. */
async function lookAtAll(story, manner, people = ['clerk', 'reviewer', 'holder', 'visitor']) {
  const all = pagesOf(story)
  for (const who of people) {
    const person = story[who]
    for (const [name, path] of Object.entries(all[who])) {
      await person.page.goto(path)
      await person.page.getByRole('heading', { level: 1 }).waitFor()
      await person.look(`${manner}-${who}-${name}`)
    }
  }
}

async function everybodyPrefers(story, how) {
  for (const who of ['clerk', 'reviewer', 'holder', 'visitor']) await story[who].prefer(how)
}

/** Finds what the lists of pages need: a case and a making that are still open, and the code of a matter. */
export async function prepareViews(story) {
  const { page } = story.clerk
  await page.goto('/console/cases?queue=mine')
  await page.getByRole('row').filter({ hasText: '有限责任公司设立登记' }).getByRole('link').click()
  await page.getByRole('heading', { name: '有限责任公司设立登记', level: 1 }).waitFor()
  story.openCaseNo = new URL(page.url()).pathname.split('/').at(-1)
  await story.clerk.look('clerk-case-with-gaps')
  const desk = story.reviewer.page
  await desk.goto('/console/makings')
  await desk.getByRole('row').filter({ hasText: story.keyboardCaseNo }).getByRole('link', { name: licenseType }).click()
  await desk.getByRole('heading', { name: licenseType, level: 1 }).waitFor()
  story.makingId = new URL(desk.url()).pathname.split('/').at(-1)
  const { items } = await (await desk.request.get('/api/v1/makings')).json()
  story.makingIdentifier = items.find((m) => m.licenseId === story.makingId).identifier
  await desk.getByRole('button', { name: '退回', exact: true }).click()
  await desk.getByRole('dialog', { name: '退回制证' }).waitFor()
  await story.reviewer.look('reviewer-return')
  await story.holder.page.goto('/m/')
  await story.holder.page.getByLabel('想办什么事').fill('食品')
  await story.holder.page.getByRole('button', { name: '查找' }).click()
  const found = story.holder.page.getByRole('link', { name: /^食品经营许可（新办）/ }).first()
  story.matterCode = (await found.getAttribute('href')).split('/').at(-1)
  await story.holder.look('holder-search')
}

export async function inLargeType(story) {
  await everybodyPrefers(story, { large: true })
  await lookAtAll(story, 'large')
  for (const who of ['clerk', 'holder', 'visitor']) assert.equal(await story[who].page.locator('html').getAttribute('data-large'), 'true', who)
}

export async function inEnglish(story) {
  await everybodyPrefers(story, { lang: 'en' })
  await lookAtAll(story, 'english')
  for (const who of ['clerk', 'holder', 'visitor']) assert.equal(await story[who].page.locator('html').getAttribute('lang'), 'en', who)
  await everybodyPrefers(story, {})
}

export async function onSmallScreens(story) {
  await story.holder.page.setViewportSize(devices.small.viewport)
  await story.visitor.page.setViewportSize(devices.small.viewport)
  await lookAtAll(story, 'small', ['holder', 'visitor'])
  await story.visitor.page.goto('/docs')
  await story.visitor.look('small-visitor-docs')
  await story.holder.page.setViewportSize(devices.phone.viewport)
  await story.visitor.page.setViewportSize(devices.phone.viewport)
  await lookAtAll(story, 'phone', ['visitor'])
  // A desk at 200 % has half as many pixels.
  for (const [manner, viewport] of Object.entries({ narrow: { width: 1024, height: 768 }, half: { width: 720, height: 450 } })) {
    for (const who of ['clerk', 'reviewer']) await story[who].page.setViewportSize(viewport)
    await lookAtAll(story, manner, ['clerk', 'reviewer'])
  }
  for (const who of ['clerk', 'reviewer', 'visitor']) await story[who].page.setViewportSize(devices.desk.viewport)
}

export async function inCorners(story) {
  const { clerk, reviewer, holder, visitor } = story
  await clerk.page.goto('/console/today')
  await clerk.page.getByRole('heading', { name: '今日待办', level: 1 }).waitFor()
  await clerk.page.keyboard.press('?')
  await clerk.page.getByRole('dialog', { name: '键盘快捷键' }).waitFor()
  await clerk.look('clerk-keys')
  await clerk.page.goto('/console/nowhere')
  await clerk.page.getByRole('heading', { name: '没有这个页面' }).waitFor()
  await clerk.look('clerk-missing')

  // Once published, the license is its holder's: the reviewer's ground to see it is gone, and the page says so.
  reviewer.expectRefusal(403, /^\/api\/v1\/makings\//)
  await reviewer.page.goto(`/console/makings/${story.licenseId}`)
  await reviewer.page.getByRole('alert').waitFor()
  await reviewer.look('reviewer-making-over')

  await holder.page.goto(`/m/licenses/${story.licenseId}/show`)
  await holder.page.getByText('只给一部分').click()
  await holder.page.getByRole('checkbox', { name: '证照编号' }).uncheck()
  await holder.look('holder-show-less')
  await holder.page.getByRole('button', { name: '按所选重新生成' }).click()
  await holder.page.getByRole('img', { name: `${licenseType}的出示二维码，请让对方扫描` }).waitFor()
  assert.equal(await holder.page.getByRole('list').getByText('证照编号').count(), 0)
  await holder.page.getByRole('button', { name: '停止出示' }).click()
  await holder.page.getByRole('heading', { name: '已停止出示' }).waitFor()
  await holder.look('holder-stopped')
  await holder.page.goto(`/m/licenses/${story.licenseId}`)
  await holder.page.getByText('证照丢了？').click()
  await holder.look('holder-loss')
  await holder.page.goto('/m/verify')
  await holder.page.getByLabel('出示码或网址').fill(story.printedUrl)
  await holder.page.getByRole('button', { name: '下一步' }).click()
  await holder.look('holder-verify-printed')
  await holder.page.goto('/m/nowhere')
  await holder.page.getByRole('heading', { name: '没有这个页面' }).waitFor()
  await holder.look('holder-missing')

  await visitor.page.goto('/docs')
  await visitor.page.getByRole('heading', { name: /^接口文档/ }).waitFor()
  await visitor.look('public-docs')
  visitor.expectRefusal(404, /^\/nowhere$/)
  await visitor.page.goto('/nowhere')
  await visitor.page.getByRole('heading', { name: '没有找到' }).waitFor()
  await visitor.look('public-missing')
  visitor.expectRefusal(404, /^\/s\//)
  await visitor.page.goto('/s/AAAAAAAAAAAAAAAAAAAAAAAAAA')
  await visitor.page.getByRole('heading', { level: 1 }).waitFor()
  await visitor.look('public-unknown-code')
  visitor.expectRefusal(401, /^\/login$/)
  await visitor.page.goto('/login')
  await visitor.page.getByLabel('账号').fill('gl-scjg-clerk')
  await visitor.page.getByLabel('密码').fill('not the password')
  await visitor.page.getByRole('main').getByRole('button', { name: '登录' }).click()
  await visitor.page.getByRole('alert').waitFor()
  await visitor.look('public-wrong-password')
}

/** The public pages do without script. */
export async function withoutScript(story) {
  const plain = await Person.arrive(story.browser, { city: story.city, name: 'visitor without script', device: devices.phone, script: false })
  const { page } = plain
  await page.goto('/')
  await page.getByRole('heading', { name: '电子证照，用得放心' }).waitFor()
  await page.getByRole('navigation', { name: '站点' }).getByRole('link', { name: '核验' }).click()
  await page.getByLabel(/^证照文件（OFD/).setInputFiles({ name: 'license.ofd', mimeType: 'application/ofd', buffer: story.licenseFile })
  await page.getByRole('button', { name: '核验文件' }).click()
  await page.getByRole('heading', { name: '可信', level: 1, exact: true }).waitFor()
  await page.goto('/check')
  await page.getByLabel('码的内容或网址').fill(story.printedUrl)
  await page.getByRole('button', { name: '查看' }).click()
  await page.getByRole('heading', { name: '有效', level: 1 }).waitFor()
  await page.goto('/login?next=/check')
  await plain.giveAccount('hotel-verifier')
  await page.getByText('许静怡').waitFor()
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByRole('navigation', { name: '站点' }).getByRole('link', { name: '登录' }).waitFor()
  await plain.leave()
}
