import { createI18n, type I18nOptions } from 'vue-i18n'
import { en } from './messages/en'
import { zh } from './messages/zh'
import { keepShared, langChoice, readShared } from './prefs'

export type Lang = 'zh' | 'en'

/** A tree of messages of the same shape as another: what the English table must be to the Chinese one. */
export type SameShape<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameShape<T[K]> }

type Tree = Record<string, unknown>
type Messages = NonNullable<I18nOptions['messages']>

/** The remembered language; Chinese when nothing was chosen. */
export function chosenLang(): Lang {
  return readShared(langChoice) === 'en' ? 'en' : 'zh'
}

/** Makes the i18n of an app: the shared words and the app's own, of which one language may come later; Chinese by default. */
export function makeI18n(app: { zh?: Tree; en?: Tree }) {
  const i18n = createI18n({
    legacy: false,
    locale: chosenLang() as string,
    fallbackLocale: 'zh',
    messages: { zh: { ...zh, ...app.zh }, en: { ...en, ...app.en } } as unknown as Messages,
  })
  markLang(chosenLang())
  return i18n
}

function markLang(lang: Lang): void {
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN'
}

/** Switches the language of an app, the page's lang attribute and the choice kept on this device. */
export function switchLang(i18n: { global: { locale: unknown } }, lang: Lang): void {
  const locale = i18n.global.locale as { value: string }
  locale.value = lang
  markLang(lang)
  keepShared(langChoice, lang)
}
