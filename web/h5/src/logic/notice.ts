import { dateText, type Notice } from '@yinxin/shared'
import { useI18n } from 'vue-i18n'
import { useLang } from '../context'

/** The words of a notice: its kind says the sentence, its detail fills it in. */
export function useNoticeWords() {
  const { t, te } = useI18n()
  const lang = useLang()
  // A name stands there in both languages; a date is written as the reader does.
  const inLang = (detail: Notice['detail'], k: string, v: string) =>
    (lang.value === 'en' && detail[`${k}En`]) || dateText(v, lang.value)
  return (n: Notice) => {
    const detail = Object.fromEntries(Object.entries(n.detail).map(([k, v]) => [k, inLang(n.detail, k, v)]))
    const key = `notice.${n.kind}`
    return t(te(key) ? key : 'notice.other', detail)
  }
}

const pages: [prefix: string, to: (subject: string) => string][] = [
  ['case-', (no) => `/applications/${no}`],
  ['license-issued', (no) => `/applications/${no}`],
  ['license-made', (id) => `/licenses/${id}`],
  ['license-expiring', (id) => `/licenses/${id}`],
  ['license-operated', (id) => `/licenses/${id}`],
  ['inspection-', (id) => `/licenses/${id}`],
  ['appeal-', (id) => `/appeals/${id}`],
  ['relation-', () => '/people'],
  ['authorisation-given', (id) => `/authorised/${id}`],
  ['authorisation-withdrawn', (id) => `/authorised/${id}`],
  ['authorisation-', (id) => `/authorisations/${id}`],
  ['share-', (id) => `/shares/${id}`],
  ['commitment-', () => '/commitments'],
  ['prechecked', () => '/uses'],
  ['factor-', () => '/me/factors'], ['visited', () => '/uses'],
]

/** The page that a notice is about; undefined where there is none. */
export function noticeTo(n: Notice): string | undefined {
  return pages.find(([prefix]) => n.kind.startsWith(prefix))?.[1](n.subject)
}
