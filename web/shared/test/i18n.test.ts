import { beforeEach, expect, test } from 'vitest'
import { chosenLang, makeI18n, switchLang } from '../src/i18n'
import { en } from '../src/messages/en'
import { zh } from '../src/messages/zh'

beforeEach(() => localStorage.clear())

const app = { zh: { app: { hi: '您好，{name}' } }, en: { app: { hi: 'Hello, {name}' } } }

test('Chinese unless chosen otherwise; the choice is kept and marked on the page', () => {
  const i18n = makeI18n(app)
  expect(i18n.global.t('app.hi', { name: '张明' })).toBe('您好，张明')
  expect(document.documentElement.lang).toBe('zh-CN')
  switchLang(i18n, 'en')
  expect(i18n.global.t('app.hi', { name: 'Ming' })).toBe('Hello, Ming')
  expect(document.documentElement.lang).toBe('en')
  expect(chosenLang()).toBe('en')
})

test('the shared words are told in both languages', () => {
  expect(Object.keys(en.shared)).toEqual(Object.keys(zh.shared))
  for (const words of Object.values(en.shared)) expect(words).not.toMatch(/[一-鿿]/)
})
