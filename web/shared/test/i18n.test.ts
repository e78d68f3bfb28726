import { beforeEach, expect, test } from 'vitest'
import { chosenLang, makeI18n, switchLang } from '../src/i18n'
import { en } from '../src/messages/en'
import { zh } from '../src/messages/zh'
import { isLarge, restoreLarge, setLarge } from '../src/prefs'

beforeEach(() => {
  localStorage.clear()
  document.cookie = 'yx_lang=; Max-Age=0; Path=/'
  document.cookie = 'yx_large=; Max-Age=0; Path=/'
  delete document.documentElement.dataset.large
})

const app = { zh: { app: { hi: '您好，{name}' } }, en: { app: { hi: 'Hello, {name}' } } }

test('Chinese unless chosen otherwise; the choice is kept and marked on the page', () => {
  const i18n = makeI18n(app)
  expect(i18n.global.t('app.hi', { name: '张明' })).toBe('您好，张明')
  expect(document.documentElement.lang).toBe('zh-CN')
  switchLang(i18n, 'en')
  expect(i18n.global.t('app.hi', { name: 'Ming' })).toBe('Hello, Ming')
  expect(document.documentElement.lang).toBe('en')
  expect(chosenLang()).toBe('en')
  expect(document.cookie).toContain('yx_lang=en')
})

test('a choice made on the server’s pages counts here, and the other way round', () => {
  localStorage.setItem('yx.lang', 'zh')
  document.cookie = 'yx_lang=en; Path=/'
  expect(chosenLang()).toBe('en')
  document.cookie = 'yx_large=1; Path=/'
  restoreLarge()
  expect(isLarge()).toBe(true)
  setLarge(false)
  expect(document.cookie).toContain('yx_large=0')
})

test('the shared words are told in both languages', () => {
  expect(Object.keys(en.shared)).toEqual(Object.keys(zh.shared))
  for (const words of Object.values(en.shared)) expect(words).not.toMatch(/[一-鿿]/)
})
