// License types as people make them: registered, laid out, reviewed, published, claimed, compared; by keyboard alone,
// and every page of it looked at.

import assert from 'node:assert/strict'
import { devices, Person } from '../support/person.mjs'
import { assertSeen, signInByKeyboard, tabTo } from './keyboard.mjs'

const definer = '11350000YX0000016Q'
export const name = '食用油加工登记证'
export const code = `${definer}086`
const businessLicense = `${definer}001`

/** Fifteen fields: label, English label, name, and what else is set. */
export const fields = [
  ['加工场所名称', 'Name of the press', 'KZ_CSMC', 40],
  ['经营者', 'Operator', 'KZ_JYZ', 20],
  ['生产场所', 'Place of production', 'KZ_SCCS', 60],
  ['食品类别', 'Class of food', 'KZ_SPLB', 30],
  ['品种明细', 'Products', 'KZ_PZMX', 60],
  ['联系电话', 'Telephone', 'KZ_LXDH', 20],
  ['日常监督机构', 'Supervisor', 'KZ_RCJDJG', 30],
  ['日常监督人员', 'Inspector', 'KZ_RCJDRY', 20],
  ['从业人数', 'Staff', 'KZ_CYRS', 6],
  ['场所面积', 'Floor area', 'KZ_CSMJ', 10],
  ['生产设备', 'Equipment', 'KZ_SCSB', 40],
  ['执行标准', 'Standard followed', 'KZ_ZXBZ', 40],
  ['检验方式', 'Way of testing', 'KZ_JYFS', 20],
  ['贮存场所', 'Place of storage', 'KZ_ZCCS', 40],
  ['发证条件', 'Conditions', 'KZ_FZTJ', 40],
]

const arrive = (story, who, device = 'desk', prefix = 'config') => Person.arrive(story.browser, { city: story.city, name: who, device: devices[device], prefix })
const draftOf = (page) => new URL(page.url()).pathname.split('/').at(-1)
const at = (page, id) => page.locator(`#${id}`)

/** Types into the control that is reached by Tab, over what stands in it. */
async function type(page, target, text) {
  await tabTo(page, target)
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
}

/** Opens a part of the editor by its link. */
async function toPart(page, part) {
  await tabTo(page, page.getByRole('navigation', { name: '证照类型的各部分' }).getByRole('link', { name: part }), 200)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: part, level: 2 }).waitFor()
}

/** Gives the reason that a change asks for and confirms, in the dialog that is open. */
async function giveReason(page, reason, confirm) {
  const dialog = page.getByRole('dialog').filter({ visible: true })
  await type(page, dialog.getByLabel('变更理由'), reason)
  await tabTo(page, dialog.getByRole('button', { name: confirm }), 12)
  await page.keyboard.press('Enter')
}

async function registerByKeyboard(story) {
  const person = await arrive(story, 'definer at the keyboard', 'desk', '')
  const { page } = person
  await signInByKeyboard(person, 'fj-scjg-catalog')
  await tabTo(page, page.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '目录' }))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '证照目录', level: 1 }).waitFor()
  await tabTo(page, page.getByRole('link', { name: '登记新类型' }).first())
  await assertSeen(page)
  await page.keyboard.press('Enter')
  await type(page, at(page, 'new-name'), name)
  await type(page, at(page, 'new-nameEn'), 'Registration of an oil press')
  await type(page, at(page, 'new-code'), code)
  await type(page, at(page, 'new-reason'), '依据福建省食品安全条例设立')
  await tabTo(page, page.getByRole('button', { name: '开始编制' }), 5)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  story.draftId = draftOf(page)
  await person.leave()
}

async function fillFieldsByKeyboard(story) {
  const person = await arrive(story, 'definer at the keyboard', 'desk', '')
  const { page } = person
  await person.signIn('fj-scjg-catalog')
  await page.goto(`/console/catalog/drafts/${story.draftId}`)
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await type(page, at(page, 'type-basis'), '《福建省食品安全条例》第三十条')
  await toPart(page, '编目')
  await tabTo(page, at(page, 'add-field'))
  for (const [i, [label, labelEn, field, most]] of fields.entries()) {
    await page.keyboard.press('Enter')
    await at(page, `fields-${i}`).waitFor()
    await assert.doesNotReject(page.waitForFunction(() => document.activeElement?.id === 'field-label'))
    await page.keyboard.type(label)
    await type(page, at(page, 'field-labelEn'), labelEn)
    await type(page, at(page, 'field-name'), field)
    await type(page, at(page, 'field-maxLen'), String(most))
    await tabTo(page, at(page, 'add-next'), 10)
  }
  // The order is changed without a pointer: the last one up by one, and back.
  await tabTo(page, at(page, 'fields-14'), 200)
  await page.keyboard.press('Alt+ArrowUp')
  assert.match(await at(page, 'fields-13').innerText(), /发证条件/)
  await page.keyboard.press('Control+z')
  await page.waitForFunction(() => document.getElementById('fields-14')?.innerText.includes('发证条件'))
  await page.keyboard.press('Control+s')
  await page.getByText('已全部保存').waitFor()
  await person.leave()
}

async function buildFaceByKeyboard(story) {
  const person = await arrive(story, 'definer at the keyboard', 'desk', '')
  const { page } = person
  await person.signIn('fj-scjg-catalog')
  await page.goto(`/console/catalog/drafts/${story.draftId}?part=face`)
  await page.getByRole('heading', { name: '样式', level: 2 }).waitFor()
  await tabTo(page, at(page, 'lay-out'))
  await page.keyboard.press('Enter')
  await page.locator('.face-sheet img').waitFor()
  // One object more, chosen by its kind, moved by the arrow keys of its numbers.
  await tabTo(page, at(page, 'new-kind'))
  await page.keyboard.press('Home')
  await tabTo(page, at(page, 'add-object'), 2)
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement?.id === 'object-text')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('登记证应当悬挂在生产场所的显著位置')
  await type(page, at(page, 'object-y'), '196')
  await page.keyboard.press('ArrowUp')
  assert.equal(await at(page, 'object-y').inputValue(), '196.5')
  await page.getByText('检查通过').first().waitFor()
  await page.keyboard.press('Control+s')
  await page.getByText('已全部保存').waitFor()
  await tabTo(page, page.getByRole('button', { name: '检查并送审' }), 40)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: '送数字办审核' }).waitFor()
  await giveReason(page, '请数字办审核', '确认送审')
  await page.getByText('已送审，等待数字办审核。送审期间不能修改').waitFor()
  await person.leave()
}

async function publishByKeyboard(story) {
  const person = await arrive(story, 'digital office at the keyboard', 'desk', '')
  const { page } = person
  await signInByKeyboard(person, 'digital')
  await page.goto('/console/catalog/drafts?state=submitted')
  const row = page.getByRole('link', { name })
  await tabTo(page, row)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: `审核：${name}`, level: 1 }).waitFor()
  await page.getByText('检查通过，没有要改的。').waitFor()
  await page.keyboard.press('a')
  await page.getByRole('dialog', { name: '发布这个版本' }).waitFor()
  await giveReason(page, '内容完整，同意发布', '确认发布')
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await page.getByText('正在执行').waitFor()
  await person.leave()
}

async function claimByKeyboard(story) {
  const person = await arrive(story, 'issuer at the keyboard', 'desk', '')
  const { page } = person
  await signInByKeyboard(person, 'gl-scjg-catalog')
  await page.goto('/console/catalog')
  await page.getByRole('heading', { name: '证照目录', level: 1 }).waitFor()
  await page.getByRole('searchbox', { name: '查找证照类型' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('syyjgdjz')
  const link = page.getByRole('link', { name, exact: true })
  await link.waitFor()
  await tabTo(page, link)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await tabTo(page, page.getByRole('button', { name: '认领', exact: true }))
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: '认领这类证照' }).waitFor()
  await giveReason(page, '本局负责辖区加工登记', '确认认领')
  await page.getByRole('button', { name: '取消认领' }).waitFor()
  await person.leave()
}

/** Begins the next version of a published type; gives its draft. */
async function beginVersion(page, typeCode, reason) {
  await page.goto(`/console/catalog/types/${typeCode}`)
  await page.getByRole('button', { name: '编制新版本' }).click()
  await page.getByLabel('变更理由').fill(reason)
  await page.getByRole('button', { name: '开始编制' }).click()
  await page.waitForURL(/\/drafts\//)
  return draftOf(page)
}

/** A second version of the registered type, with two fields changed; and one of the business license to be looked at. */
async function prepareSecondVersion(story) {
  const person = await arrive(story, 'definer')
  const { page } = person
  story.definer = person
  await person.signIn('fj-scjg-catalog')
  story.editDraft = await beginVersion(page, businessLicense, '按新国标修订')
  story.secondDraft = await beginVersion(page, code, '修订两项元数据')
  await page.goto(`/console/catalog/drafts/${story.secondDraft}?part=fields`)
  await page.locator('#fields-2').click()
  await page.locator('#field-label').fill('生产加工场所')
  await page.locator('#fields-11').click()
  await page.locator('#field-label').fill('执行的食品安全标准')
  await page.keyboard.press('Control+s')
  await page.getByText('已全部保存').waitFor()
}

/** Two editors at once: the second is told, sees what the first did, and merges. */
async function mergeTwoEditors(story) {
  const second = await arrive(story, 'second editor')
  await second.signIn('fj-scjg-catalog')
  const [a, b] = [story.definer.page, second.page]
  for (const page of [a, b]) {
    await page.goto(`/console/catalog/drafts/${story.secondDraft}?part=basic`)
    await page.locator('#type-basis').waitFor()
  }
  await a.locator('#type-standard').fill('C 0999—2026')
  await a.getByRole('button', { name: '保存草稿' }).click()
  await a.getByText('已全部保存').waitFor()
  second.expectRefusal(409, /^\/api\/v1\/type-drafts\//)
  await b.locator('#type-nameEn').fill('Registration of a small oil press')
  await b.getByRole('button', { name: '保存草稿' }).click()
  await b.getByRole('alertdialog').waitFor()
  await second.look('type-conflict')
  await b.getByRole('button', { name: '合并后继续' }).click()
  assert.equal(await b.locator('#type-standard').inputValue(), 'C 0999—2026')
  assert.equal(await b.locator('#type-nameEn').inputValue(), 'Registration of a small oil press')
  await b.getByRole('button', { name: '保存草稿' }).click()
  await b.getByText('已全部保存').waitFor()

  // Leaving with changes asks first.
  await b.locator('#type-nameEn').fill('Something else')
  await b.getByRole('link', { name: '今日待办' }).click()
  await b.getByRole('dialog', { name: '有改动还没有保存' }).waitFor()
  await b.getByRole('button', { name: '留在这里' }).click()
  assert.equal(await b.locator('#type-nameEn').inputValue(), 'Something else')
  await b.getByRole('link', { name: '今日待办' }).click()
  await b.getByRole('button', { name: '不保存，离开' }).click()
  await b.getByRole('heading', { name: '今日待办', level: 1 }).waitFor()
  await second.leave()
}

/** What is wrong leads to its place: a field off the face, and an object that names a field which is gone. */
async function followFindings(story) {
  const { page } = story.definer
  await page.goto(`/console/catalog/drafts/${story.secondDraft}?part=fields`)
  await page.locator('#fields-5').click()
  await page.getByRole('button', { name: '删除这一项' }).click()
  await page.getByRole('button', { name: /^还有1处要改$/ }).click()
  const dialog = page.getByRole('dialog', { name: '发布检查' })
  await dialog.getByRole('button').filter({ hasText: 'KZ_LXDH' }).waitFor()
  await story.definer.look('type-findings')
  await dialog.getByRole('button').filter({ hasText: 'KZ_LXDH' }).click()
  await page.getByRole('heading', { name: '样式', level: 2 }).waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'option')
  await story.definer.look('type-finding-on-face')
  await page.reload() // nothing of it was saved
  await page.getByText('检查通过').first().waitFor()
  await page.getByRole('button', { name: '检查并送审' }).click()
  await page.getByRole('dialog', { name: '送数字办审核' }).getByLabel('变更理由').fill('修订两项，请审核')
  await page.getByRole('button', { name: '确认送审' }).click()
  await page.getByText('已送审，等待数字办审核。送审期间不能修改').waitFor()
}

async function registerStandard(story) {
  const person = await arrive(story, 'digital office')
  story.digital = person
  const { page } = person
  await person.signIn('digital')
  await page.goto('/console/catalog/standards/new')
  await person.look('standard-new')
  await page.getByLabel('标准编号').fill('C 0999—2026')
  await page.getByLabel('标准名称').fill('全国一体化政务服务平台 电子证照 食用油加工登记证')
  await page.getByLabel('发布日期').fill('2026-05-01')
  await page.getByLabel('实施日期').fill('2026-12-01')
  await page.getByLabel('完成期限').fill('2027-06-30')
  await page.getByLabel('涉及的证照类型').fill('食用油')
  await page.getByRole('option').filter({ hasText: name }).click()
  await page.getByLabel('变更理由').fill('国家标准已发布')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('heading', { name: '全国一体化政务服务平台 电子证照 食用油加工登记证', level: 1 }).waitFor()
}

/** The pages, by the name of their pictures. */
const pagesOf = (story) => ({
  definer: {
    catalog: '/console/catalog',
    'type-drafts': '/console/catalog/drafts',
    'type-new': '/console/catalog/new',
    type: `/console/catalog/types/${code}`,
    ...Object.fromEntries(['basic', 'holder', 'business', 'fields', 'face', 'manage', 'number'].map((p) => [`type-edit-${p}`, `/console/catalog/drafts/${story.editDraft}?part=${p}`])),
    'type-waiting': `/console/catalog/drafts/${story.secondDraft}`,
  },
  digital: {
    'type-review': `/console/catalog/drafts/${story.secondDraft}/review`,
    standards: '/console/catalog/standards',
    standard: `/console/catalog/standards/${encodeURIComponent('C 0999—2026')}`,
  },
})

async function lookAtAll(story, manner, only = /./) {
  for (const [who, list] of Object.entries(pagesOf(story))) {
    const person = story[who]
    for (const [picture, path] of Object.entries(list)) {
      if (!only.test(picture)) continue
      await person.page.goto(path)
      await person.page.getByRole('heading', { level: 1 }).waitFor()
      if (/face|review|waiting|^type$/.test(picture)) await person.page.locator('.face-sheet img').first().waitFor()
      await person.look(`${manner}${picture}`)
    }
  }
}

async function lookAround(story) {
  await lookAtAll(story, '')
}

async function lookInLargeType(story) {
  for (const who of ['definer', 'digital']) await story[who].prefer({ large: true })
  await lookAtAll(story, 'large-')
}

async function lookInEnglish(story) {
  for (const who of ['definer', 'digital']) await story[who].prefer({ lang: 'en' })
  await lookAtAll(story, 'english-')
  for (const who of ['definer', 'digital']) await story[who].prefer({})
}

/** A phone is held as long as the page, so that the rail at its foot covers nothing. */
async function lookOnPhone(story) {
  for (const who of ['definer', 'digital']) await story[who].page.setViewportSize({ width: 390, height: 6000 })
  await lookAtAll(story, 'phone-')
  for (const who of ['definer', 'digital']) await story[who].page.setViewportSize(devices.desk.viewport)
}

/** The second version is published from today; the two stand side by side. */
async function compareVersions(story) {
  const { digital, definer: person } = story
  await digital.page.goto(`/console/catalog/drafts/${story.secondDraft}/review`)
  await digital.page.getByText('检查通过，没有要改的。').waitFor()
  await digital.page.getByRole('button', { name: '审核通过，发布' }).click()
  await digital.look('type-publish')
  await digital.page.getByRole('dialog').getByLabel('变更理由').fill('同意修订')
  await digital.page.getByRole('button', { name: '确认发布' }).click()
  await digital.page.getByRole('heading', { name, level: 1 }).waitFor()
  const { page } = person
  await page.goto(`/console/catalog/types/${code}`)
  await page.getByRole('link', { name: '对比版本' }).click()
  await page.getByRole('heading', { name: '版本对比', level: 1 }).waitFor()
  const table = page.getByRole('table').filter({ hasText: '生产加工场所' })
  await table.waitFor()
  await table.getByRole('row').filter({ hasText: '中文名称' }).first().waitFor()
  assert.match(await table.innerText(), /执行的食品安全标准/)
  await person.look('type-diff')
  await person.leave()
  await digital.leave()
}

/** A type from nothing to its first claim, by keyboard alone; in a city, or on a platform that was empty. */
export const makeType = [
  ['a definer registers a type by keyboard alone', registerByKeyboard],
  ['fills in fifteen fields by keyboard alone', fillFieldsByKeyboard],
  ['builds its face and submits it by keyboard alone', buildFaceByKeyboard],
  ['the digital office reviews and publishes it by keyboard alone', publishByKeyboard],
  ['an issuing unit finds it by its initials and claims it by keyboard alone', claimByKeyboard],
]

/** Steps of the configured city; each leaves in `story` what the next ones need. */
export const catalogSteps = [
  ...makeType,
  ['a second version is prepared', prepareSecondVersion],
  ['of two editors at once the second merges, and leaving asks first', mergeTwoEditors],
  ['what is wrong leads to where it is mended', followFindings],
  ['the digital office registers a national standard', registerStandard],
  ['the pages of the catalogue are without barriers', lookAround],
  ['in large type too', lookInLargeType],
  ['and in English', lookInEnglish],
  ['and on a phone', lookOnPhone],
  ['two versions stand side by side in words', compareVersions],
]
