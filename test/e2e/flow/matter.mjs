// Matters, bindings, coverage, lists and scenarios: the matter office and the digital office at their desks, and the
// public pages that tell everybody what comes of it.

import assert from 'node:assert/strict'
import { devices, Person } from '../support/person.mjs'

const matterName = '食品经营许可（新办）'

/** Somebody at a desk, signed in at a page of the console; each account once in a story. */
async function atDesk(story, login, path) {
  story.desks ??= {}
  if (!story.desks[login]) {
    story.desks[login] = await Person.arrive(story.browser, { city: story.city, name: login, device: devices.desk, prefix: `config-${login}` })
    await story.desks[login].signIn(login, path)
  } else await story.desks[login].page.goto(path)
  return story.desks[login]
}

/** Gives the reason that every change of configuration asks for. */
async function giveReason(page, button, reason = '按年度计划调整') {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('变更理由').fill(reason)
  await dialog.getByRole('button', { name: button, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Ticks a field of a license; the box itself is hidden behind its drawing. */
const tick = (page, label) => page.locator('.field-checks label').filter({ hasText: label }).first().click()

/** Chooses in a field that searches: the first that the words find. */
async function choose(scope, label, words) {
  await scope.getByLabel(label).fill(words)
  await scope.getByRole('listbox').getByRole('option').first().click()
}

async function findMatter(story) {
  const matters = await atDesk(story, 'matters', '/console/matters')
  const { page } = matters
  await page.getByRole('heading', { name: '事项', level: 1 }).waitFor()
  await matters.look('matters')
  await page.getByRole('searchbox').fill('spjyxk')
  const row = page.getByRole('link', { name: matterName }).first()
  await row.waitFor()
  await matters.look('matters-found')
  await row.click()
  await page.getByRole('heading', { name: matterName, level: 1 }).waitFor()
  story.matterPath = new URL(page.url()).pathname
  await page.getByRole('heading', { name: '十五个要素' }).waitFor()
  await matters.look('matter')
}

async function editOwn(story) {
  const matters = await atDesk(story, 'matters', story.matterPath)
  const { page } = matters
  await page.getByRole('button', { name: '编辑自有内容' }).click()
  await page.getByLabel('承诺时限').fill('999')
  await page.getByLabel('办理地点').fill('区政务服务中心2楼综合窗口')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('不能超过法定的').waitFor()
  await matters.look('matter-edit')
  await page.getByLabel('承诺时限').fill('5')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await giveReason(page, '保存')
  await page.getByText('区政务服务中心2楼综合窗口').first().waitFor()
  await matters.look('matter-edited')
}

async function bindMaterial(story) {
  const matters = await atDesk(story, 'matters', `${story.matterPath}/materials/1?scope=item`)
  const { page } = matters
  await page.getByRole('group', { name: /营业执照/ }).waitFor()
  await tick(page, /^成立日期/)
  await page.getByRole('button', { name: '先试后发' }).click()
  await page.getByText('先试后发').first().waitFor()
  await page.locator('#trial-title').waitFor()
  await matters.look('binding')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('dialog').waitFor()
  await matters.look('binding-reason')
  await giveReason(page, '保存')
  // What was confirmed plain is put in doubt again, and stands on the work list from then on.
  await page.getByRole('navigation', { name: '申请材料' }).getByRole('link').filter({ hasText: '普通材料' }).first().click()
  await page.getByRole('radio', { name: /普通材料/ }).waitFor()
  await page.locator('label').filter({ hasText: '还没有结论' }).click()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await giveReason(page, '保存')
  await page.getByRole('navigation', { name: '申请材料' }).getByRole('link').filter({ hasText: '待绑定' }).first().waitFor()
}

async function coverage(story) {
  const digital = await atDesk(story, 'digital', '/console/matters/coverage')
  const { page } = digital
  await page.getByText('绑定覆盖率').waitFor()
  await digital.look('coverage-level')
  await page.getByRole('link', { name: '县级' }).click()
  await page.getByRole('button', { name: '看全部' }).waitFor()
  await digital.look('coverage-unit')
  await page.goto('/console/matters/coverage?by=matter')
  await page.getByRole('table').waitFor()
  await digital.look('coverage-matter')
  for (const [name, path] of Object.entries({ unbound: 'unbound', stale: 'stale', sync: 'sync' })) {
    await page.goto(`/console/matters/${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await digital.look(name)
  }
}

async function exemptList(story) {
  const matters = await atDesk(story, 'matters', '/console/matters/exempt')
  const { page } = matters
  await page.getByRole('button', { name: '提出条目' }).click()
  const dialog = page.getByRole('dialog')
  await choose(dialog, '证照类型', 'yyzz')
  await choose(dialog, '只在这个事项', 'spjyxk')
  await dialog.getByRole('button', { name: '先试后发' }).click()
  await dialog.locator('#trial-title').waitFor()
  await matters.look('exempt-propose')
  await giveReason(page, '提出条目')
  const digital = await atDesk(story, 'digital', '/console/matters/exempt?state=proposed')
  await digital.page.getByRole('button', { name: /^发布/ }).first().click()
  await digital.look('exempt-publish')
  await giveReason(digital.page, '发布')
  await digital.page.goto('/console/matters/exempt')
  await digital.page.getByRole('table').waitFor()
  await digital.look('exempt')
  await digital.page.goto('/console/matters/inspections')
  await digital.page.getByRole('heading', { level: 1 }).waitFor()
  await digital.look('inspections')
}

async function scenario(story) {
  const digital = await atDesk(story, 'digital', '/console/matters/scenarios')
  const { page } = digital
  await digital.look('scenarios')
  await page.getByRole('link', { name: '提出场景' }).click()
  await page.getByLabel('场景名称').fill('图书馆办证')
  await page.getByLabel('英文名称').fill('Library card')
  await page.getByLabel('代号').fill('library-card')
  await page.getByLabel('法律依据').fill('《中华人民共和国公共图书馆法》第三十三条')
  await choose(page, '可以出示哪种证照', 'jmsfz')
  await tick(page, /^持证主体(?!代码)/)
  await digital.look('scenario-edit')
  await page.getByRole('button', { name: '提出条目' }).click()
  await giveReason(page, '提出条目')
  await page.getByRole('heading', { name: '图书馆办证', level: 1 }).waitFor()
  await page.getByRole('button', { name: /^发布/ }).click()
  await giveReason(page, '发布')
  await page.getByText('已发布').first().waitFor()
  await page.getByRole('button', { name: '登记核验单位' }).click()
  await choose(page.getByRole('dialog'), '核验单位', '福州')
  await digital.look('scenario-enrol')
  await giveReason(page, '登记核验单位')
  await digital.look('scenario')
}

/** The public pages of the story, by the names of their pictures. */
const publicPages = (story) => ({
  guides: '/guides?q=spjyxk',
  guide: story.matterPath.replace('/console/matters/', '/guides/'),
  exempt: '/lists/exempt',
  inspection: '/lists/inspection',
  scenarios: '/scenarios',
  scenario: '/scenarios/library-card',
  licenses: '/licenses?q=yyzz',
})

async function publicLists(story) {
  const visitor = await Person.arrive(story.browser, { city: story.city, name: 'public', device: devices.desk, prefix: 'config-public' })
  const { page } = visitor
  await page.goto('/')
  await page.getByLabel('想办什么事').fill('食品经营')
  await page.getByRole('button', { name: '查指南' }).click()
  await page.getByRole('link', { name: matterName }).first().waitFor()
  for (const [name, path] of Object.entries(publicPages(story))) {
    await page.goto(path)
    await visitor.look(name)
  }
  await page.goto(publicPages(story).guide)
  await page.getByText('免提交 · 自动获取').first().waitFor()
  await page.getByText('属于违规').first().waitFor()
  await page.getByRole('link', { name: '营业执照', exact: true }).first().click()
  await page.getByRole('heading', { name: '营业执照', level: 1 }).waitFor()
  await visitor.look('license')
  const file = await page.request.get('/lists/exempt.csv')
  assert.match(await file.text(), /营业执照/)
  await visitor.leave()
}

async function publicOtherwise(story) {
  const plain = await Person.arrive(story.browser, { city: story.city, name: 'public without script', device: devices.phone, prefix: 'config-plain', script: false })
  await plain.page.goto('/guides')
  await plain.page.getByLabel('想办什么事').fill('spjyxk')
  await plain.page.getByRole('button', { name: '查找' }).click()
  await plain.page.getByRole('link', { name: matterName }).first().click()
  await plain.page.getByRole('heading', { name: matterName, level: 1 }).waitFor()
  await plain.leave()

  const reader = await Person.arrive(story.browser, { city: story.city, name: 'public on a phone', device: devices.phone, prefix: 'config-phone' })
  for (const [manner, how] of Object.entries({ phone: {}, large: { large: true }, english: { lang: 'en' } })) {
    await reader.prefer(how)
    for (const [name, path] of Object.entries(publicPages(story))) {
      await reader.page.goto(path)
      await reader.look(`${manner}-${name}`)
    }
  }
  await reader.leave()
}

/** The console's pages once more, in large type, in English and at 200 %. */
async function consoleOtherwise(story) {
  const pages = {
    matters: '/console/matters',
    matter: story.matterPath,
    binding: `${story.matterPath}/materials/1?scope=item`,
    coverage: '/console/matters/coverage',
    unbound: '/console/matters/unbound',
    exempt: '/console/matters/exempt',
    scenarios: '/console/matters/scenarios',
    'scenario-new': '/console/matters/scenarios/new',
    sync: '/console/matters/sync',
  }
  const matters = await atDesk(story, 'matters', '/console/matters')
  for (const [manner, how] of Object.entries({ large: { large: true }, english: { lang: 'en' }, half: {} })) {
    await matters.prefer(how)
    await matters.page.setViewportSize(manner === 'half' ? { width: 720, height: 450 } : devices.desk.viewport)
    for (const [name, path] of Object.entries(pages)) {
      await matters.page.goto(path)
      await matters.page.getByRole('heading', { level: 1 }).waitFor()
      await matters.look(`${manner}-${name}`)
    }
  }
  await matters.prefer({})
  for (const desk of Object.values(story.desks)) await desk.leave()
}

/** The steps about matters, in the order in which they build on each other. */
export const steps = [
  ['the matter office finds a matter by the initials of its pinyin', findMatter],
  ['edits what its unit sets itself, and is told of a limit', editOwn],
  ['binds a material, tries it first, and puts another in doubt', bindMaterial],
  ['the digital office reads the coverage down to the matter', coverage],
  ['a license is proposed and published as one not to be submitted', exemptList],
  ['a scenario is proposed, published, and a verifier enrolled', scenario],
  ['everybody reads what came of it', publicLists],
  ['without script, on a phone, in large type, in English', publicOtherwise],
  ['the console stands large type, English and 200 %', consoleOtherwise],
]
