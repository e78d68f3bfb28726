import { chosenLang, makeI18n, switchLang, type Lang } from '@yinxin/shared'
import type { Composer } from 'vue-i18n'

// A phone loads the words of its reader's language, and the other ones when they are asked for.
const tables = {
  zh: async () => (await import('./messages/zh')).zh,
  en: async () => (await import('./messages/en')).en,
}

/** The i18n of this app, with the words of the remembered language. */
export async function startWords() {
  const lang = chosenLang()
  return makeI18n({ [lang]: await tables[lang]() })
}

/** Switches to a language; fails where its words cannot be loaded, and then nothing has changed. */
export async function changeLang(i18n: Pick<Composer, 'locale' | 'mergeLocaleMessage'>, lang: Lang): Promise<void> {
  i18n.mergeLocaleMessage(lang, await tables[lang]())
  switchLang({ global: i18n }, lang)
}
