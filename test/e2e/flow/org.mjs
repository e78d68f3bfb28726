// Units and settings, by the people who keep them: a unit is registered, changed by two editors at once, given a seal,
// a mandate, people and a system, and merged; an account is made; a year is entered; all of it leaves its trail.

import assert from 'node:assert/strict'
import { devices, Person } from '../support/person.mjs'

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A unified social credit code (GB 32100) out of its first 17 characters. */
function creditCode(body) {
  const sum = [...body].reduce((s, c, i) => s + alphabet.indexOf(c) * (3 ** i % 31), 0)
  return body + alphabet[(31 - (sum % 31)) % 31]
}

const unitCode = creditCode('11350102YX0777001')
const unitName = '福州市鼓楼区数据管理局（演示）'
const successor = '福州市鼓楼区市场监督管理局'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function goTo(person, path, name) {
  await person.page.goto(`/console${path}`)
  await heading(person.page, name)
}

/** Gives the reason that a dialog asks for, and confirms. */
async function because(page, reason, confirm) {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('变更理由').fill(reason)
  await dialog.getByRole('button', { name: confirm }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Chooses out of a combobox by words. */
async function pick(page, label, words, option = words) {
  const box = page.getByRole('combobox', { name: label })
  await box.fill(words)
  await page.getByRole('option', { name: option }).first().click()
}

async function begin(story) {
  for (const name of ['admin', 'digital']) {
    story[name] = await Person.arrive(story.browser, { city: story.city, name, device: devices.desk, prefix: 'config' })
  }
  const { admin, digital } = story
  await admin.signIn('admin', '/console/')
  await heading(admin.page, '今日待办')
  await admin.look('admin-today')
  await digital.signIn('digital', '/console/')
  await heading(digital.page, '今日待办')
  await digital.look('digital-today')
}

async function findUnits({ admin }) {
  const { page } = admin
  await goTo(admin, '/units', '机构')
  await page.getByRole('tree', { name: '机构树' }).waitFor()
  await admin.look('admin-units')
  await page.getByRole('searchbox', { name: '查找机构' }).fill('glqscjd')
  await page.getByRole('link', { name: successor }).waitFor()
  await admin.look('admin-units-found')
  await page.getByRole('button', { name: '村级' }).click()
  await page.getByRole('heading', { name: '没有符合条件的' }).waitFor()
  await admin.look('admin-units-none')
}

/** The tree by keyboard alone: down, open, find by letters, enter. */
async function walkTree({ admin }) {
  const { page } = admin
  await goTo(admin, '/units', '机构')
  const tree = page.getByRole('tree', { name: '机构树' })
  const first = tree.getByRole('treeitem').first()
  await first.focus()
  if ((await first.getAttribute('aria-expanded')) === 'false') await page.keyboard.press('ArrowRight')
  await tree.getByRole('treeitem', { name: /福州市人民政府/ }).waitFor()
  await page.keyboard.type('fzsrm')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /福州市人民政府/)
  await page.keyboard.press('ArrowRight')
  await tree.getByRole('treeitem', { level: 3 }).first().waitFor()
  await page.keyboard.press('Enter')
  await heading(page, /福州市人民政府/)
  await admin.look('admin-unit-city')
}

async function registerUnit({ admin }) {
  const { page } = admin
  await goTo(admin, '/units/new', '登记机构')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('请填写名称，至少2个字。').waitFor()
  await admin.look('admin-unit-faults')
  await page.getByLabel('统一社会信用代码').fill(unitCode)
  await page.getByLabel('名称', { exact: true }).fill(unitName)
  await pick(page, /上级机构/, '鼓楼区人民政府')
  await pick(page, /行政区划/, '350102', /鼓楼区/)
  await admin.look('admin-unit-new')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '登记机构' })
  await dialog.getByRole('button', { name: '登记', exact: true }).click()
  await dialog.getByText('请写明理由').waitFor()
  await admin.look('admin-unit-reason')
  await because(page, '榕编〔2026〕1号，新设机构', '登记')
  await heading(page, unitName)
  await page.getByText('榕编〔2026〕1号，新设机构').first().waitFor()
  await admin.look('admin-unit')
}

/** Two editors at once: the second is told, merges, and neither change is lost. */
async function editTogether({ admin }) {
  const { page } = admin
  const other = await page.context().newPage()
  for (const p of [page, other]) {
    await p.goto(`/console/units/${unitCode}/edit`)
    await heading(p, '修改机构')
  }
  await other.getByLabel('简称').fill('鼓楼数管')
  await other.getByRole('button', { name: '保存' }).click()
  await because(other, '补充简称', '保存')
  await heading(other, unitName)
  // A page that is closed while it loads leaves requests that never end.
  await admin.settle(other)
  await other.close()

  await page.getByLabel('简称').fill('区数管局')
  await page.getByLabel('英文名称').fill('Gulou Data Administration (demo)')
  await page.getByRole('button', { name: '保存' }).click()
  admin.expectRefusal(409, /^\/api\/v1\/units\//)
  await because(page, '补充英文名称和简称', '保存')
  const box = page.getByRole('alertdialog', { name: '您编辑的时候，别人先保存了' })
  await box.waitFor()
  await admin.look('admin-unit-conflict')
  await box.getByRole('button', { name: '合并后继续' }).click()
  await box.getByText('请选择用哪一个。').waitFor()
  await box.getByRole('radio', { name: /对方改成/ }).check()
  await box.getByRole('button', { name: '合并后继续' }).click()
  assert.equal(await page.getByLabel('简称').inputValue(), '鼓楼数管')
  await page.getByRole('button', { name: '保存' }).click()
  await because(page, '补充英文名称', '保存')
  await heading(page, unitName)
  await page.getByText('Gulou Data Administration (demo)').first().waitFor()
  await admin.look('admin-unit-changed')
}

async function makeSeal({ digital }) {
  const { page } = digital
  await goTo(digital, `/units/${unitCode}`, unitName)
  await page.getByRole('button', { name: '申请印章' }).click()
  await because(page, '新设机构启用证照印章', '提交申请')
  await page.getByText('申请已提交').waitFor()
  await digital.look('digital-unit-seal')
}

async function mandate({ admin }) {
  const { page } = admin
  await goTo(admin, '/units/mandates', '委托')
  await admin.look('admin-mandates')
  await goTo(admin, '/units/mandates/new', '登记委托')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('请选择委托单位。').waitFor()
  await admin.look('admin-mandate-faults')
  await pick(page, /^委托单位/, successor)
  await pick(page, /^受委托单位/, unitCode, unitName)
  await page.getByRole('checkbox', { name: '全部证照' }).check()
  await page.getByLabel(/截止日/).fill('2030-12-31')
  await admin.look('admin-mandate-new')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await because(page, '榕数〔2026〕2号', '登记')
  await heading(page, '委托')
  await page.getByRole('row').filter({ hasText: unitName }).getByText('在委托期内').waitFor()
  await page.getByRole('button', { name: `终止委托：${unitName}` }).click()
  await page.getByRole('dialog', { name: '终止委托' }).waitFor()
  await admin.look('admin-mandate-end')
  await because(page, '改由本级自行制证', '确认终止')
  await page.getByRole('row').filter({ hasText: unitName }).getByText('已终止').waitFor()
}

async function nameSomebody({ admin }) {
  const { page } = admin
  await goTo(admin, '/units/vacancies', '空缺岗位')
  await admin.look('admin-vacancies')
  await goTo(admin, '/units', '机构')
  await page.getByRole('searchbox', { name: '查找机构' }).fill('glqscjd')
  await page.getByRole('link', { name: successor }).click()
  await heading(page, new RegExp(successor))
  const duties = page.getByRole('table', { name: '证照与责任人' })
  await duties.waitFor()
  await admin.look('admin-unit-duties')
  await duties.getByRole('button', { name: /(指定|更换)责任人：.*制证/ }).first().click()
  const dialog = page.getByRole('dialog', { name: /指定责任人/ })
  await dialog.getByLabel('责任人').selectOption({ index: 1 })
  await admin.look('admin-duty')
  await because(page, '岗位调整', '保存')
}

async function enterSystem({ digital }) {
  const { page } = digital
  await goTo(digital, '/units/systems', '接入台账')
  await digital.look('digital-systems')
  await goTo(digital, '/units/systems/new', '登记自建系统')
  await page.getByLabel('系统名称').fill('鼓楼区行政审批系统')
  await pick(page, '所属单位', unitCode, unitName)
  await page.getByLabel('接入方式').selectOption('api')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('已接入的，请填写接入日期。').waitFor()
  await digital.look('digital-system-faults')
  await page.getByLabel('接入日期').fill('2026-03-01')
  await pick(page, /办理的事项/, '食品经营')
  await page.getByLabel('运行情况').selectOption('ok')
  await digital.look('digital-system-new')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await because(page, '登记入账', '保存')
  await heading(page, '鼓楼区行政审批系统')
  await digital.look('digital-system')
  await goTo(digital, '/units/systems', '接入台账')
  await digital.look('digital-systems-one')
}

async function merge({ admin }) {
  const { page } = admin
  await goTo(admin, `/units/reorganise?unit=${unitCode}`, '机构改革')
  await page.getByRole('button', { name: '提交改革' }).click()
  await page.getByText('请选择承接的机构。').waitFor()
  await admin.look('admin-reorganise-faults')
  await pick(page, /合并后的机构/, successor)
  await page.getByLabel('文号').fill('榕编〔2026〕9号')
  await page.getByText(`${unitName}结束，仍可查询。`).waitFor()
  await admin.look('admin-reorganise')
  await page.getByRole('button', { name: '提交改革' }).click()
  await because(page, '机构改革方案', '确认提交')
  await page.getByRole('heading', { name: '合并已完成' }).waitFor()
  await admin.look('admin-reorganised')
  await goTo(admin, `/units/${unitCode}`, unitName)
  await page.getByText('它签发的证照仍然有效，可以追溯。').waitFor()
  await admin.look('admin-unit-merged')
}

async function makeAccount({ admin }) {
  const { page } = admin
  await goTo(admin, '/settings', '设置')
  await admin.look('admin-settings')
  await goTo(admin, '/settings/accounts', '账号')
  await page.getByRole('row').nth(1).waitFor()
  await admin.look('admin-accounts')
  await goTo(admin, '/settings/accounts/new', '新建账号')
  await page.getByLabel('登录名').fill('new-clerk')
  await page.getByLabel('姓名').fill('陈新')
  await pick(page, '单位', successor)
  await page.getByRole('checkbox', { name: /^系统管理员/ }).check()
  assert.ok(await page.getByRole('checkbox', { name: /^经办/ }).isDisabled(), 'an administrator handles no cases')
  await admin.look('admin-account-barred')
  await page.getByRole('checkbox', { name: /^系统管理员/ }).uncheck()
  await page.getByRole('checkbox', { name: /^经办/ }).check()
  await page.getByRole('button', { name: '建账号' }).click()
  await because(page, '新到岗', '建账号')
  await page.getByRole('heading', { name: '陈新的密码' }).waitFor()
  await admin.look('admin-account-secret')
  await page.getByRole('button', { name: '已记下，继续' }).click()
  await heading(page, '陈新')
  await admin.look('admin-account')
  await page.getByRole('button', { name: '停用账号' }).click()
  await because(page, '调离', '停用账号')
  await page.getByText('已停用').first().waitFor()
  await admin.look('admin-account-stopped')
}

async function setCodes({ admin }) {
  const { page } = admin
  await goTo(admin, '/settings/regions', '行政区划')
  await page.getByRole('row').nth(1).waitFor()
  await admin.look('admin-regions')
  await page.getByRole('button', { name: '登记区划' }).click()
  const dialog = page.getByRole('dialog', { name: '登记区划' })
  await dialog.getByLabel('代码').fill('350102999')
  await dialog.getByLabel('名称', { exact: true }).fill('示范街道')
  await admin.look('admin-region-new')
  await because(page, '民政部门批复', '保存')
  await goTo(admin, '/settings/codes', '代码表')
  await admin.look('admin-codes')
  await goTo(admin, '/settings/codes/new', '新建代码表')
  await page.getByLabel('表名').fill('demo-colour')
  await page.locator('#field-name').fill('颜色')
  await page.locator('#entry-0-code').fill('1')
  await page.locator('#entry-0-label').fill('红')
  await page.getByRole('button', { name: '加一个代码' }).click()
  await page.keyboard.type('1')
  await page.locator('#entry-1-label').fill('蓝')
  await page.getByText('这个代码前面已经有了。').waitFor()
  await admin.look('admin-code-twice')
  await page.locator('#entry-1-code').fill('2')
  await page.getByRole('button', { name: '保存' }).click()
  await because(page, '新的证照字段要用', '保存')
  await page.getByRole('link', { name: '颜色' }).click()
  await heading(page, '颜色')
  await admin.look('admin-code-table')
}

/** A year that is missing is loud; it is entered by pasting and by keyboard. */
async function enterYear(story) {
  const { admin } = story
  const { page } = admin
  const year = new Date(Date.now() + 8 * 3600_000).getUTCFullYear() + 1
  story.year = year
  await goTo(admin, `/settings/calendar/${year}`, `${year}年工作日历`)
  await page.getByText(`${year}年的放假安排还没有录入`).waitFor()
  await admin.look('admin-calendar-missing')
  await page.getByRole('button', { name: '粘贴导入' }).click()
  const dialog = page.getByRole('dialog', { name: '粘贴导入' })
  await dialog.getByLabel('或者粘贴在这里').fill(`${year}-05-01 至 ${year}-05-05 休 劳动节\n元旦 休`)
  await dialog.getByRole('button', { name: '读入' }).click()
  await dialog.getByText('第2行').waitFor()
  await admin.look('admin-calendar-paste')
  await dialog.getByLabel('或者粘贴在这里').fill(`${year}-05-01 至 ${year}-05-05 休 劳动节\n${year}-10-01 至 ${year}-10-07 休 国庆节`)
  await dialog.getByRole('button', { name: '读入' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.locator(`[data-day="${year}-01-01"]`).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: `保存${year}年安排` }).click()
  await because(page, `国办关于${year}年部分节假日安排的通知`, '保存')
  await page.getByText(`${year}年的放假安排还没有录入`).waitFor({ state: 'hidden' })
  await admin.look('admin-calendar')
}

async function readTrail({ admin, digital }) {
  const { page } = admin
  await goTo(admin, '/settings/changes', '变更留痕')
  await page.getByText('机构改革方案').first().waitFor()
  await admin.look('admin-changes')
  await page.getByRole('button', { name: '账号', exact: true }).click()
  await page.getByText('新到岗').waitFor()
  assert.equal(await page.getByText('机构改革方案').count(), 0)
  assert.equal(await page.getByRole('main').getByText('陈新').count(), 0, 'the trail holds no personal data')
  await admin.look('admin-changes-accounts')
  await goTo(digital, '/settings/changes', '变更留痕')
  await digital.look('digital-changes')
}

const pages = {
  today: '/today',
  units: '/units',
  unit: `/units/${unitCode}`,
  'unit-new': '/units/new',
  reorganise: '/units/reorganise',
  mandates: '/units/mandates',
  'mandate-new': '/units/mandates/new',
  vacancies: '/units/vacancies',
  systems: '/units/systems',
  settings: '/settings',
  accounts: '/settings/accounts',
  'account-new': '/settings/accounts/new',
  regions: '/settings/regions',
  codes: '/settings/codes/at/demo-colour',
  changes: '/settings/changes',
}

async function lookAtAll(story, manner) {
  for (const [name, path] of Object.entries({ ...pages, calendar: `/settings/calendar/${story.year}` })) {
    await story.admin.page.goto(`/console${path}`)
    await story.admin.page.getByRole('heading', { level: 1 }).waitFor()
    await story.admin.look(`${manner}-admin-${name}`)
  }
}

/** The pages once more: in large type, in English, on a phone, at 200 %. */
async function otherEyes(story) {
  const { admin } = story
  await admin.prefer({ large: true })
  await lookAtAll(story, 'large')
  await admin.prefer({ lang: 'en' })
  await lookAtAll(story, 'english')
  await admin.prefer({})
  // As tall as the page, for the rail that sticks to a phone's lower edge lies over what passes under it.
  await admin.page.setViewportSize({ width: devices.phone.viewport.width, height: 8000 })
  await lookAtAll(story, 'phone')
  await admin.page.setViewportSize({ width: 720, height: 450 })
  await lookAtAll(story, 'half')
  await admin.page.setViewportSize(devices.desk.viewport)
}

async function leave({ admin, digital }) {
  await admin.leave()
  await digital.leave()
}

export const orgSteps = [
  ['the administrator and the digital office come to the day’s work', begin],
  ['a unit is found by the initials of its name', findUnits],
  ['the tree of units is walked by keyboard alone', walkTree],
  ['a unit is registered', registerUnit],
  ['two editors change it at once, and merge', editTogether],
  ['the digital office applies for its seal', makeSeal],
  ['a mandate is given and ended', mandate],
  ['somebody is named for a post', nameSomebody],
  ['a system is entered in the ledger', enterSystem],
  ['the unit is merged into another', merge],
  ['an account is made and stopped', makeAccount],
  ['regions and code tables are set', setCodes],
  ['a year’s working days are entered', enterYear],
  ['all of it stands in the trail', readTrail],
  ['the pages of units and settings stand large type, English, a phone and 200 %', otherEyes],
  ['nobody met an error that was not told', leave],
]
