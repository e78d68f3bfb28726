// Takes the pictures of docs/tour: a demonstration city, its people at their desks, every page in Chinese and English.
// Not a test: `make tour` runs it, and whoever changes a page looks at what comes out.

import { keep } from './support/album.mjs'
import { startBrowser } from './support/browser.mjs'
import { startCity } from './support/city.mjs'
import { devices, Person } from './support/person.mjs'

const most = 250 * 1024
const languages = ['zh', 'en']
const permit = '11350000YX0000016Q012' // 食品经营许可证
const merged = '福州市鼓楼区卫生健康局'
const successor = '福州市鼓楼区市场监督管理局'

/** Takes a page in both languages; ready(page) brings it to what the picture is to show. */
async function take(person, name, path, { ready, large = false, top } = {}) {
  const { page } = person
  for (const lang of languages) {
    await person.prefer({ lang, large })
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await ready?.(page)
    await person.settle()
    // The wheel has no place in a page that was just opened: what is to be seen is brought under its bars.
    if (top) await page.locator(top).first().evaluate((e) => window.scrollTo(0, window.scrollY + e.getBoundingClientRect().top - 16))
    await page.evaluate(() => document.activeElement?.blur())
    await page.mouse.move(0, 0)
    await person.settle()
    await keep(`${name}.${lang}`, await page.screenshot(), most)
  }
  await person.prefer({})
}

/** Gives the reason that a change asks for, in the dialog that is open. */
async function because(page, reason, confirm) {
  const dialog = page.getByRole('dialog').filter({ visible: true })
  await dialog.getByLabel('变更理由').fill(reason)
  await dialog.getByRole('button', { name: confirm }).click()
}

const faceDrawn = (page) => page.locator('.face-sheet img').first().waitFor()

/** A type from its entry in the catalogue to the next version of it, beside the one before. */
async function types({ definer, digital }) {
  const { page } = definer
  await take(definer, 'catalogue', '/console/catalog')
  await take(definer, 'type', `/console/catalog/types/${permit}`, { ready: faceDrawn })

  await page.goto(`/console/catalog/types/${permit}`)
  await page.getByRole('button', { name: '编制新版本' }).click()
  await because(page, '按新国标修订', '开始编制')
  await page.waitForURL(/\/drafts\//)
  const draft = new URL(page.url()).pathname
  await page.goto(`${draft}?part=fields`)
  await page.locator('#fields-2').click()
  await page.locator('#field-label').fill('经营场所地址')
  await page.locator('#field-labelEn').fill('Address of the business premises')
  await page.locator('#fields-4').click()
  await page.locator('#field-label').fill('经营项目（含备案）')
  await page.locator('#field-labelEn').fill('Items of business, with those filed')
  await page.keyboard.press('Control+s')
  await page.getByText('已全部保存').waitFor()
  await take(definer, 'fields', `${draft}?part=fields`, { ready: (p) => p.locator('#fields-4').click() })
  await page.goto(`${draft}?part=face`)
  await faceDrawn(page)
  const object = await page.locator('[id^=objects-]').filter({ hasText: '经营场所地址' }).last().getAttribute('id')
  await take(definer, 'face', `${draft}?part=face`, {
    ready: async (p) => {
      await faceDrawn(p)
      await p.locator(`#${object}`).click()
    },
  })
  await page.setViewportSize(devices.phone.viewport)
  await take(definer, 'face-phone', `${draft}?part=face`, { ready: faceDrawn, top: '.face-stage' })
  await page.setViewportSize(devices.desk.viewport)

  await page.goto(draft)
  await page.getByRole('button', { name: '检查并送审' }).click()
  await page.getByRole('dialog').getByRole('textbox').first().fill('按新办法调整“经营场所”“经营项目”两项的名称')
  await because(page, '请数字办审核', '确认送审')
  await page.getByText('已送审，等待数字办审核').first().waitFor()
  await take(digital, 'review', `${draft}/review`, { ready: faceDrawn })
  await digital.page.goto(`${draft}/review`)
  await digital.page.getByRole('button', { name: '审核通过，发布' }).click()
  await because(digital.page, '内容完整，同意发布', '确认发布')
  await digital.page.waitForURL(/\/types\//)
  await take(definer, 'diff', `/console/catalog/types/${permit}/diff`, { ready: (p) => p.getByRole('table').first().waitFor() })
}

/** A matter, what its materials are bound to, and how far the city has come. */
async function matters({ matters: person, digital }) {
  const { page } = person
  await take(person, 'matters', '/console/matters', { ready: (p) => p.getByRole('table').waitFor() })
  await page.goto('/console/matters')
  await page.getByRole('searchbox').fill('spjyxk')
  await page.getByRole('link', { name: '食品经营许可（新办）' }).first().click()
  await page.getByRole('heading', { name: '十五个要素' }).waitFor()
  const matter = new URL(page.url()).pathname
  await take(person, 'matter', matter, { ready: (p) => p.locator('main dl').first().waitFor() })
  await take(person, 'elements', matter, { ready: (p) => p.locator('main dl').first().waitFor(), top: '[aria-labelledby=elements-title]' })
  await take(person, 'binding', `${matter}/materials/1?scope=item`, {
    ready: async (p) => {
      await p.getByRole('button', { name: /先试后发|Try/ }).click()
      await p.locator('#trial-title').waitFor()
    },
    top: 'fieldset.alternative',
  })
  await take(digital, 'coverage', '/console/matters/coverage')
  return matter.replace('/console/matters/', '')
}

/** Units, the reform of two of them before it is sent, and what every office keeps in common. */
async function settings({ admin }) {
  await take(admin, 'units', '/console/units', { ready: openTree })
  await take(admin, 'reorganise', '/console/units/reorganise', { ready: proposeMerger, top: '[aria-labelledby=reorg-3]' })
  await take(admin, 'calendar', '/console/settings/calendar/2026')
  await take(admin, 'changes', '/console/settings/changes')
  await importUnits(admin.page)
  const { pathname, search } = new URL(admin.page.url())
  await take(admin, 'imports', pathname + search)
}

/** Opens the province and the first that it is divided into. */
async function openTree(page) {
  const tree = page.getByRole('tree')
  await tree.getByRole('treeitem').first().focus()
  await page.keyboard.press('ArrowRight')
  const city = tree.locator('[aria-level="2"][aria-expanded]').first()
  await city.focus()
  await page.keyboard.press('ArrowRight')
  await tree.locator('[aria-level="3"]').first().waitFor()
}

/** A file of three new units, one of them with a code that fails its check. */
async function importUnits(page) {
  const rows = [
    ['统一社会信用代码', '机构名称', '层级', '行政区划', '上级机构代码'],
    ['11350102YX07770015', '福州市鼓楼区数据管理局（演示）', '县级', '350102', '11350000YX0000008X'],
    ['11350102YX0777009X', '福州市鼓楼区档案馆（演示）', '县级', '350102', '11350000YX0000008X'],
    ['11350102YX07770018', '福州市鼓楼区信访局（演示）', '县级', '350102', '11350000YX0000008X'],
  ]
  await page.goto('/console/imports?kind=units')
  await page.locator('#import-file').setInputFiles({ name: '鼓楼区新设机构.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.map((r) => r.join(',')).join('\r\n'), 'utf8') })
  await page.getByLabel('理由').fill('区级机构改革方案')
  await page.getByRole('button', { name: '开始导入' }).click()
  await page.waitForURL(/id=/)
  await page.getByText(/完成|有错|失败/).first().waitFor()
}

async function proposeMerger(page) {
  const boxes = page.getByRole('main').getByRole('combobox')
  for (const [n, words] of [merged, successor].entries()) {
    await boxes.nth(n).fill(words)
    await page.getByRole('option').first().click()
  }
  await page.getByLabel(/文号|Number of the decision|Decision/).first().fill('榕编〔2026〕9号')
}

/** What everybody may read. */
async function everybody({ visitor, reader }, matter) {
  await take(visitor, 'exempt', '/lists/exempt')
  await take(visitor, 'guide', `/guides/${matter}`)
  await take(visitor, 'scenarios', '/scenarios')
  await take(reader, 'exempt-phone', '/lists/exempt')
  await take(reader, 'guide-phone', `/guides/${matter}`, { large: true })
}

const [browser, city] = await Promise.all([startBrowser(), startCity('SQLite')])
try {
  const arrive = (name, device = devices.desk) => Person.arrive(browser, { city, name, device })
  const people = { visitor: await arrive('visitor'), reader: await arrive('reader', { ...devices.phone, deviceScaleFactor: 1 }) }
  for (const [who, login] of Object.entries({ definer: 'fj-scjg-catalog', digital: 'digital', matters: 'matters', admin: 'admin' })) {
    people[who] = await arrive(login)
    await people[who].signIn(login)
  }
  await types(people)
  const matter = await matters(people)
  await settings(people)
  await everybody(people, matter)
} finally {
  await browser.close()
  await city.stop()
}
