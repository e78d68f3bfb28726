import { dateText, timeText } from '@yinxin/shared'
import { useI18n } from 'vue-i18n'
import { valueText } from './logic/diff'
import { orderStep } from './logic/merge'
import { useWords } from './office'

/** The words of configured things' fields, as the trail and a merge tell them: `field.<name>` and `value.<name>.<value>`
 * in the messages; a name that has no words stands as it is. */
export function useFieldWords() {
  const { t, lang } = useWords()
  const { te } = useI18n({ useScope: 'global' })

  function nameOf(step: string): string {
    if (step === orderStep) return t('trail.order')
    return te(`field.${step}`, 'zh') ? t(`field.${step}`) : step
  }

  /** 字段 · 名称 */
  function pathText(path: readonly string[]): string {
    return path.map(nameOf).join(' · ') || t('trail.whole')
  }

  /** A value of a field in words. */
  function show(value: unknown, path: readonly string[]): string {
    const field = path.at(-1) ?? ''
    const word = (v: unknown): unknown => {
      if (Array.isArray(v)) return v.map(word)
      if (typeof v !== 'string' && typeof v !== 'number') return v
      const key = `value.${field}.${v}`
      if (te(key, 'zh')) return t(key)
      return typeof v === 'string' ? whenText(v) : v
    }
    return valueText(word(value), { yes: t('trail.yes'), no: t('trail.no'), comma: t('list.comma') })
  }

  function whenText(v: string): string {
    if (/^\d{4}-\d{2}-\d{2}$/.test(v)) return dateText(v, lang.value)
    return /^\d{4}-\d{2}-\d{2}T/.test(v) ? timeText(v, lang.value) : v
  }

  return { pathText, show }
}
