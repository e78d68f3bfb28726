// From an empty platform to the first license: units, people and a seal, a type with fifteen fields and its face, a
// matter that yields it and one that asks for it, a case, and the file beside the preview that the editor showed.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { out } from '../support/person.mjs'
import { rasterize } from '../support/raster.mjs'
import { code as typeCode, fields, name as typeName } from './catalog.mjs'
import { bytesOf } from './counter.mjs'
import { tabTo } from './keyboard.mjs'

const definer = { code: '11350000YX0000016Q', name: '福建省市场监督管理局（演示）', level: '省级', region: '350000' }
const issuer = { code: '11350102YX0100017G', name: '福州市鼓楼区市场监督管理局（演示）', level: '县级', region: '350102', parent: definer.name }
const platform = '福州市数字福州建设办公室（演示）'

/** Accounts as the administrator makes them: login, name, unit, roles. */
const staff = [
  ['digital', '郑思源', platform, ['数字办']],
  ['fz-seal-manager', '柯守正', platform, ['印章管理']],
  ['matters', '许知行', platform, ['审改办']],
  ['fj-scjg-catalog', '龚雅文', definer.name, ['目录编制']],
  ['gl-scjg-catalog', '池欣然', issuer.name, ['目录编制']],
  ['gl-scjg-clerk', '林晓芳', issuer.name, ['经办']],
  ['gl-scjg-approver', '吴丽娜', issuer.name, ['审批']],
  ['gl-scjg-reviewer', '叶佳慧', issuer.name, ['签发单位复核']],
]

const issue = { base: '350131960001', name: '食用油加工登记' }
const renew = { base: '350131961001', name: '食用油加工登记变更' }
const applicant = { code: '91350102MA2YXD001W', name: '福州市鼓楼区榕印油坊' }

/** What the clerk enters, by field. */
const values = {
  KZ_CSMC: '榕印油坊古榕店', KZ_JYZ: '林榕生', KZ_SCCS: '福州市鼓楼区古榕路18号', KZ_SPLB: '食用植物油', KZ_PZMX: '花生油，山茶油，芝麻油',
  KZ_LXDH: '0591-00000000', KZ_RCJDJG: '鼓东市场监督管理所', KZ_RCJDRY: '陈志明', KZ_CYRS: '6', KZ_CSMJ: '120平方米',
  KZ_SCSB: '榨油机两台，过滤机一台', KZ_ZXBZ: 'GB 2716—2018', KZ_JYFS: '委托检验', KZ_ZCCS: '福州市鼓楼区古榕路18号', KZ_FZTJ: '符合登记条件',
}

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

async function because(page, reason, confirm) {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('变更理由').fill(reason)
  await dialog.getByRole('button', { name: confirm, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function pick(page, label, words, option = words) {
  await page.getByRole('combobox', { name: label }).fill(words)
  await page.getByRole('option', { name: option }).first().click()
}

async function registerUnits({ admin }) {
  const { page } = admin
  await admin.signIn('admin', '/console/')
  await heading(page, '今日待办')
  await admin.look('today')
  await page.goto('/console/units')
  await heading(page, '机构')
  await admin.look('units')
  for (const u of [definer, issuer]) {
    await page.goto('/console/units/new')
    await heading(page, '登记机构')
    await page.getByLabel('统一社会信用代码').fill(u.code)
    await page.getByLabel('名称', { exact: true }).fill(u.name)
    await page.getByLabel('层级').selectOption({ label: u.level })
    if (u.parent) await pick(page, /上级机构/, u.parent)
    await pick(page, /行政区划/, u.region, new RegExp(u.region))
    await page.getByRole('button', { name: '登记', exact: true }).click()
    await because(page, '平台启用，登记机构', '登记')
    await heading(page, u.name)
  }
}

async function makeAccounts({ admin, city }) {
  const { page } = admin
  for (const [login, person, unit, roles] of staff) {
    await page.goto('/console/settings/accounts/new')
    await heading(page, '新建账号')
    await page.getByLabel('登录名').fill(login)
    await page.getByLabel('姓名').fill(person)
    await pick(page, '单位', unit)
    for (const r of roles) await page.locator('label').filter({ hasText: new RegExp(`^\\s*${r}`) }).first().click()
    await page.getByRole('button', { name: '建账号' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('变更理由').fill('平台启用，建账号')
    await dialog.getByRole('button', { name: '建账号' }).click()
    const secret = page.locator('output.secret-word')
    await secret.waitFor()
    city.passwords[login] = (await secret.innerText()).trim()
    await page.getByRole('button', { name: '已记下，继续' }).click()
    await heading(page, person)
  }
}

async function makeSeal({ digital }) {
  const { page } = digital
  await digital.signIn('digital', '/console/')
  await heading(page, '今日待办')
  await page.goto(`/console/units/${issuer.code}`)
  await heading(page, issuer.name)
  await page.getByRole('button', { name: '申请印章' }).click()
  await because(page, '启用证照印章', '提交申请')
  await page.context().clearCookies()
  await digital.signIn('fz-seal-manager', '/console/seals/requests')
  await heading(page, '印章申请')
  for (const step of ['同意', '制章']) {
    await page.getByRole('button', { name: step, exact: true }).click()
    await because(page, '已核对', step)
  }
  await page.getByText('已制章').waitFor()
  await page.context().clearCookies()
  await digital.signIn('digital', '/console/')
  await heading(page, '今日待办')
}

async function registerMatter(page, m, materials, result) {
  await page.goto('/console/matters/new')
  await heading(page, '登记事项')
  await page.getByLabel('基本编码').fill(m.base)
  await page.getByLabel('事项名称').fill(m.name)
  await page.getByLabel('设定依据').fill('《福建省食品安全条例》第三十条')
  for (const [i, x] of materials.entries()) {
    await page.getByRole('button', { name: '加一项材料' }).click()
    await page.getByLabel(`第${i + 1}项材料的名称`).fill(x)
  }
  if (result) await pick(page, /办理结果的证照/, result)
  await pick(page, '办理单位', issuer.name)
  await page.getByText(`${issuer.code}4${m.base}`).waitFor()
}

/** One matter yields the license, the other asks for it: its material is bound to the type. */
async function registerMatters({ matters }) {
  const { page } = matters
  await matters.signIn('matters', '/console/matters')
  await heading(page, '事项')
  await matters.look('matters')
  await registerMatter(page, issue, ['生产场所平面图'], typeName)
  await matters.look('matter-new')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await because(page, '依法登记事项', '登记')
  await heading(page, issue.name)
  await registerMatter(page, renew, [typeName])
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await because(page, '依法登记事项', '登记')
  await heading(page, renew.name)
  await page.goto(`/console/matters/${issuer.code}4${renew.base}/materials/1?scope=item`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // By keyboard alone: decide, find the type, tick the one field, save with the reason.
  await tabTo(page, page.getByRole('radio', { name: /待定/ }))
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await tabTo(page, page.locator('#binding-type'), 10)
  await page.keyboard.type(typeName)
  await page.getByRole('option', { name: typeName }).waitFor()
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('checkbox', { name: /^加工场所名称/ }), 120)
  await page.keyboard.press('Space')
  await matters.look('binding')
  await tabTo(page, page.getByRole('button', { name: '保存', exact: true }), 60)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await tabTo(page, dialog.getByLabel('变更理由'), 12)
  await page.keyboard.type('绑定证照')
  await tabTo(page, dialog.getByRole('button', { name: '保存', exact: true }), 12)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await matters.settle()
}

async function openCase(story) {
  const { clerk } = story
  const { page } = clerk
  await clerk.signIn('gl-scjg-clerk', '/console/')
  await heading(page, '今日待办')
  await page.goto('/console/cases/new')
  await page.getByLabel('查找事项').fill(issue.name)
  await page.getByRole('button', { name: new RegExp(`^${issue.name}(?!变更)`) }).first().click()
  await page.getByLabel('申请人的统一社会信用代码').fill(applicant.code)
  clerk.expectRefusal(404, /^\/api\/v1\/cases$/)
  await page.getByRole('button', { name: '开办', exact: true }).click()
  await page.getByLabel(/申请人的(名称|姓名)/).fill(applicant.name)
  await page.getByRole('button', { name: '开办', exact: true }).click()
  await heading(page, issue.name)
  story.caseNo = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1))
  for (const [label, , field] of fields) await page.getByLabel(label, { exact: true }).fill(values[field])
  await page.getByRole('button', { name: '接收纸质：生产场所平面图' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确认接收' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await clerk.look('case')
  await page.getByRole('button', { name: '提交审批' }).click()
  const dialog = page.getByRole('dialog', { name: '提交审批' })
  await dialog.getByRole('button', { name: '材料齐全，符合法定形式，建议批准。' }).click()
  await dialog.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('办件在审批环节').waitFor()
}

async function approve(story) {
  const { approver } = story
  const { page } = approver
  await approver.signIn('gl-scjg-approver', '/console/')
  await page.goto(`/console/cases/${story.caseNo}`)
  await page.getByRole('button', { name: '取件' }).click()
  await page.getByRole('button', { name: '批准', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('意见').fill('符合条件，同意登记。')
  await dialog.getByRole('button', { name: '确认批准' }).click()
  await page.getByText('已盖章，待复核').waitFor()
}

/** The reviewer takes the sealed file to examine it, and publishes. */
async function publish(story) {
  const { reviewer } = story
  const { page } = reviewer
  await reviewer.signIn('gl-scjg-reviewer', '/console/')
  await page.goto('/console/makings')
  await page.getByRole('row').filter({ hasText: story.caseNo }).getByRole('link', { name: typeName }).click()
  await page.getByRole('img', { name: `${typeName}的照面` }).waitFor()
  const licenseId = new URL(page.url()).pathname.split('/').at(-1)
  story.making = await (await page.request.get(`/api/v1/makings/${licenseId}`)).json()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载证照文件' }).click()
  story.file = await bytesOf(await download)
  await reviewer.look('making')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确认发布' }).click()
  await page.getByText('证照已发布，持证主体可以使用。').waitFor()
}

/**
 * Asks the editor for the preview of what was issued, and leaves both for ofdrw to judge (conformance/ofdrw,
 * PreviewTest): drawn within 0.5 mm of each other, and the file's text equal to the data.
 */
async function keepPreview(story) {
  const { page } = story.digital
  const issued = Object.fromEntries(story.making.fields.map((f) => [f.name, f.value]))
  for (const [field, value] of Object.entries(values)) assert.equal(issued[field], value, `${field} as issued`)
  const type = await (await page.request.get(`/api/v1/types/${typeCode}/versions/1`)).json()
  const answer = await page.request.post('/api/v1/types/preview', { data: { type: type.type, which: 'given', values: issued } })
  assert.equal(answer.status(), 200, await answer.text())
  const preview = await answer.json()
  assert.deepEqual(preview.findings, [])
  const pixelsPerMm = 10
  const box = (o) => [o.x, o.y, o.w, o.h ?? o.w].join(',')
  const facts = [`pixelsPerMm=${pixelsPerMm}`]
  for (const o of type.type.face.objects) {
    if (o.kind === 'qr') facts.push(`qr=${box(o)}`)
    if (o.kind === 'seal') facts.push(`seal.${o.step}=${box(o)}`)
  }
  for (const [field, value] of Object.entries({ ...values, CZZT: applicant.name, CZZTDM: applicant.code, ZZMC: typeName })) facts.push(`value.${field}=${value}`)
  const folder = join(out, 'preview', 'from-empty')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'license.ofd'), story.file)
  await writeFile(join(folder, 'preview.png'), await rasterize(story.browser, preview.svg, pixelsPerMm))
  await writeFile(join(folder, 'preview.properties'), `${facts.join('\n')}\n`)
}

/** The next matter asks for no paper: the new license is fetched by itself. */
async function useIt(story) {
  const { clerk } = story
  const { page } = clerk
  await page.goto('/console/cases/new')
  await page.getByLabel('查找事项').fill(renew.name)
  await page.getByRole('button', { name: new RegExp(`^${renew.name}`) }).click()
  await page.getByLabel('申请人的统一社会信用代码').fill(applicant.code)
  await page.getByRole('button', { name: '开办', exact: true }).click()
  await heading(page, renew.name)
  await page.getByText('已取用').first().waitFor()
  await clerk.look('used')
}

/** Before and after the making of the type, whose steps stand with the catalogue. */
export const before = [
  ['the administrator registers two units', registerUnits],
  ['makes accounts whose passwords are shown once', makeAccounts],
  ['the digital office makes the issuer’s seal', makeSeal],
]
export const after = [
  ['the matter office registers a matter that yields the license, and binds one that asks for it', registerMatters],
  ['a clerk opens the first case', openCase],
  ['the approver approves it', approve],
  ['the reviewer takes the file and publishes the license', publish],
  ['the preview of the same data is kept beside the file', keepPreview],
  ['the next case fetches the license by itself', useIt],
]
