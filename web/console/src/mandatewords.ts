import { dateText } from '@yinxin/shared'
import type { Mandate } from './api.org'
import { useWords } from './office'

/** Scope and term of a mandate in words. */
export function useMandateWords() {
  const { t, lang } = useWords()

  function scopeText(m: Mandate): string {
    const scope = m.scope ?? []
    if (!scope.length) return t(m.kind === 'front-desk' ? 'mandate.allMatters' : 'mandate.allTypes')
    const names = scope.slice(0, 3).map((x) => x.name || x.code)
    const text = names.join(t('list.comma'))
    return scope.length > names.length ? t('mandate.more', { names: text, n: scope.length }) : text
  }

  function termText(m: Pick<Mandate, 'validFrom' | 'validTo'>): string {
    const from = dateText(m.validFrom, lang.value)
    return m.validTo ? t('mandate.term', { from, to: dateText(m.validTo, lang.value) }) : t('mandate.openTerm', { from })
  }

  return { scopeText, termText }
}
