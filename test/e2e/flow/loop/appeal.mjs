// What people ask for and complain of: a license that is only on paper comes to the phone, wrong data and a loss get
// their answer, paper is refused by a proof, and a complaint with it ends as a violation of the office.

import assert from 'node:assert/strict'
import { devices, Person } from '../../support/person.mjs'

const card = '社会保障卡'
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor()

const come = (story, name, device) => Person.arrive(story.browser, { city: story.city, name, device: devices[device], prefix: 'appeal' })

/** Looks at a page of a person in normal and in large type. */
async function lookTwice(person, name) {
  await person.look(name)
  await person.prefer({ large: true })
  await person.page.reload()
  await person.page.getByRole('heading', { level: 1 }).waitFor()
  await person.look(`${name}-large`)
  await person.prefer({})
  await person.page.reload()
  await person.page.getByRole('heading', { level: 1 }).waitFor()
}

async function askForMissing(story) {
  const student = await come(story, '学生', 'phone')
  story.student = student
  const { page } = student
  await student.signIn('student', '/m/appeals')
  await heading(page, '补录、纠错和投诉')
  await lookTwice(student, 'list')
  await page.getByRole('link', { name: /我有证，这里没有/ }).click()
  await heading(page, '没有我的证')
  await page.getByLabel('是哪一种证照').fill('社会保障')
  await page.getByRole('button', { name: '查找' }).click()
  await student.look('missing-type')
  await page.getByRole('button', { name: card }).click()
  await page.getByLabel(/鼓楼区人力资源和社会保障局/).check()
  await page.getByLabel('证照编号（可不填）').fill('A87654321')
  await page.getByLabel('发证日期（可不填）').fill('2024-09-01')
  await page.getByLabel('还有什么要说明（可不填）').fill('入学时统一办的卡。')
  await student.look('missing')
  await page.getByRole('button', { name: '提交', exact: true }).click()
  await heading(page, '申领补录')
  await page.getByText('等待办理').waitFor()
  story.appealPath = new URL(page.url()).pathname
  await lookTwice(student, 'raised')
}

async function issueIt(story) {
  const clerk = await come(story, '签发单位经办', 'desk')
  story.clerkOfCards = clerk
  const { page } = clerk
  await clerk.signIn('gl-rsj-clerk', '/console/appeals')
  await heading(page, '诉求')
  await lookTwice(clerk, 'desk')
  await page.getByRole('row').filter({ hasText: card }).getByRole('link', { name: '申领补录' }).click()
  await heading(page, new RegExp(card))
  await page.keyboard.press('g')
  await page.getByText('对照档案和纸质证照录入').waitFor()
  await lookTwice(clerk, 'desk-issue')
  await page.getByRole('button', { name: '制作电子证照' }).click()
  await page.getByText('此项必填').first().waitFor()
  await page.getByLabel('服务银行').fill('榕印银行（演示）')
  await page.getByRole('button', { name: '制作电子证照' }).click()
  await page.getByText('等第二人在“制证”里复核').waitFor()
  await clerk.look('desk-made')

  const reviewer = await come(story, '复核', 'desk')
  await reviewer.signIn('gl-rsj-reviewer', '/console/makings')
  await reviewer.page.getByRole('row').filter({ hasText: card }).getByRole('link', { name: card }).click()
  await heading(reviewer.page, card)
  await reviewer.settle() // once published, its face is no longer the reviewer's to see
  await reviewer.page.keyboard.press('a')
  await reviewer.page.getByRole('dialog').getByRole('button', { name: /发布/ }).click()
  await reviewer.page.getByText('已发布').first().waitFor()
  await reviewer.leave()
}

async function findIt(story) {
  const { student } = story
  const { page } = student
  await page.goto(story.appealPath)
  await page.getByText('已补录').waitFor()
  await student.look('issued')
  await page.getByRole('link', { name: '看这本证照' }).click()
  await heading(page, card)
  await page.getByText('A87654321').first().waitFor()
}

async function sayWhatIsWrong(story) {
  const { student, clerkOfCards } = story
  const { page } = student
  await page.getByRole('link', { name: '信息不对？告诉签发单位' }).click()
  await heading(page, '信息不对')
  await page.getByRole('checkbox', { name: '持证主体', exact: true }).check()
  await page.getByLabel('错在哪里，正确的是什么').fill('名字里的字写错了。')
  await lookTwice(student, 'wrong')
  await page.getByLabel('错在哪里，正确的是什么').fill('名字里的字写错了。')
  await page.getByRole('button', { name: '提交', exact: true }).click()
  await heading(page, '信息不对')
  await page.getByText('等待办理').waitFor()
  const desk = clerkOfCards.page
  await desk.goto('/console/appeals')
  await desk.getByRole('row').filter({ hasText: '信息不对' }).getByRole('link', { name: '信息不对' }).click()
  await desk.getByRole('button', { name: '领办' }).click()
  await desk.getByRole('button', { name: /登记内容无误/ }).click()
  await clerkOfCards.look('desk-correction')
  await desk.getByRole('button', { name: '核实无误，办结' }).click()
  await desk.getByText('已经办结').waitFor()
  await page.reload()
  await page.getByText('核实无误').first().waitFor()
  await page.getByText('登记内容无误').first().waitFor()
  await student.look('wrong-answered')
}

async function loseAndFind(story) {
  const { student } = story
  const { page } = student
  await page.getByRole('link', { name: '看这本证照' }).click()
  await heading(page, card)
  await page.getByText('证照丢了？挂失').click()
  await page.getByRole('button', { name: '确认挂失' }).click()
  await page.getByText('挂失', { exact: true }).first().waitFor()
  await page.goto('/m/appeals')
  await page.getByRole('link', { name: new RegExp(`挂失 · ${card}`) }).click()
  await heading(page, '挂失')
  await page.getByText('找到了？解除挂失').click()
  await student.look('lost')
  await page.getByRole('button', { name: '确认解除挂失' }).click()
  await page.getByText('已解除挂失').waitFor()
  await page.getByRole('link', { name: '看这本证照' }).click()
  await page.getByRole('link', { name: '出示这本证照' }).waitFor()
}

async function refusePaper(story) {
  const firm = await come(story, '被要纸质的企业', 'phone')
  story.firm = firm
  const { page } = firm
  await firm.signIn('clinic-firm', '/m/refuse')
  await heading(page, '拒绝交纸质')
  await page.getByLabel('在办什么事时遇到的').fill('医疗机构执业登记')
  await page.getByRole('button', { name: '查找' }).click()
  await firm.look('refuse-matter')
  await page.getByRole('button', { name: /医疗机构执业登记.*鼓楼区卫生健康局/ }).click()
  await page.getByRole('heading', { name: '窗口要的是哪一本' }).waitFor()
  await firm.look('refuse')
  await page.getByRole('button', { name: '为营业执照出证明' }).click()
  await heading(page, '可用证明')
  await page.getByRole('heading', { name: '可以取用，不必交纸质' }).waitFor()
  await lookTwice(firm, 'proof')

  // Anybody who scans the code sees the proof, and not whose it is.
  const window = await come(story, '窗口', 'phone')
  await window.page.goto(await page.getByRole('link', { name: /打开公开页面/ }).getAttribute('href'))
  await heading(window.page, '可以取用')
  assert.ok(!(await window.page.content()).includes(story.city.cast['clinic-firm'].name), 'the public page names nobody')
  await window.look('proof-public')
  await window.leave()
}

async function noProofWhereThereIsNothing(story) {
  const { firm } = story
  const { page } = firm
  await page.goto('/m/refuse')
  await page.getByLabel('在办什么事时遇到的').fill('失业保险金')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('button', { name: /失业保险金申领.*鼓楼区/ }).click()
  firm.expectRefusal(409, /^\/api\/v1\/me\/availability$/)
  await page.getByRole('button', { name: '为营业执照出证明' }).click()
  await page.getByText('这次不能出证明').waitFor()
  await firm.look('refuse-none')
}

async function complain(story) {
  const { firm } = story
  const { page } = firm
  await page.goto('/m/appeals')
  await page.getByRole('link', { name: /营业执照/ }).first().click()
  await heading(page, '可用证明')
  await page.getByText('还是不肯？投诉').click()
  await firm.look('complain')
  await page.getByRole('button', { name: '提交投诉' }).click()
  await heading(page, '投诉')
  await page.getByText('福州市鼓楼区人民政府').first().waitFor()
  story.complaintPath = new URL(page.url()).pathname
  await page.goto('/m/appeals/complaint')
  await heading(page, '投诉')
  await firm.look('complaint-without-proof')
}

async function supervise(story) {
  const supervisor = await come(story, '监督', 'desk')
  const { page } = supervisor
  await supervisor.signIn('gl-supervisor', '/console/appeals')
  await heading(page, '诉求')
  await supervisor.look('supervisor-appeals')
  await page.getByRole('row').filter({ hasText: '卫生健康局' }).getByRole('link', { name: '投诉' }).click()
  await page.getByRole('button', { name: '领办' }).click()
  await page.getByRole('heading', { name: '可用证明' }).waitFor()
  await lookTwice(supervisor, 'supervisor-complaint')
  await page.getByRole('button', { name: /经核查属实/ }).click()
  await page.getByRole('button', { name: '投诉属实，办结' }).click()
  await page.getByText('已经办结').waitFor()
  await page.goto('/console/supervise')
  await heading(page, '违规记录')
  await page.getByRole('row').filter({ hasText: '卫生健康局' }).getByText('已认定违规').waitFor()
  await lookTwice(supervisor, 'supervise')
  await page.getByRole('row').filter({ hasText: '系统识别' }).getByRole('link', { name: '重复收取纸质' }).click()
  await page.getByRole('heading', { name: '证据' }).waitFor()
  await lookTwice(supervisor, 'violation')
  await page.getByLabel('认定意见').fill('该办件营业执照已自动取用，窗口再要原件不符合第二十条（一）。')
  await page.getByRole('button', { name: '认定违规' }).click()
  await page.getByText('已认定违规').waitFor()
  await supervisor.look('violation-settled')
  await supervisor.leave()

  const { firm } = story
  await firm.page.goto(story.complaintPath)
  await firm.page.getByText('投诉属实').first().waitFor()
  await firm.look('complaint-upheld')
}

async function inEnglish(story) {
  const { student, clerkOfCards } = story
  await student.prefer({ lang: 'en' })
  for (const path of ['/m/appeals', '/m/appeals/missing', '/m/refuse', '/m/appeals/complaint']) {
    await student.page.goto(path)
    await student.page.getByRole('heading', { level: 1 }).waitFor()
    await student.look(`english${path.replaceAll('/', '-')}`)
  }
  await clerkOfCards.prefer({ lang: 'en' })
  await clerkOfCards.page.goto('/console/appeals')
  await heading(clerkOfCards.page, 'Appeals')
  await clerkOfCards.look('english-desk')
  for (const who of [student, clerkOfCards, story.firm]) await who.leave()
}

export const steps = [
  ['a holder asks for the electronic form of a paper license', askForMissing],
  ['its issuer enters it, and a second person publishes it', issueIt],
  ['the holder finds it, the request is answered', findIt],
  ['wrong data are looked into and answered', sayWhatIsWrong],
  ['a loss is reported in two taps and taken back', loseAndFind],
  ['paper is refused by a proof that names nobody to others', refusePaper],
  ['where the office does not use the license there is no proof', noProofWhereThereIsNothing],
  ['and a complaint takes two taps from there', complain],
  ['who supervises the office ends it; the violation stands with its evidence', supervise],
  ['the pages are there in English', inEnglish],
]
