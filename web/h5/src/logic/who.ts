import type { Use } from '@yinxin/shared'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

/** What a license was used for, in words. The record has words of the platform as codes, a verifier's as they were typed. */
export function usePurpose(use: () => Use) {
  const { t, te } = useI18n()
  return computed(() => {
    const { purpose, ground } = use()
    return ground !== 'presentation' && te(`record.word.${purpose}`) ? t(`record.word.${purpose}`) : purpose
  })
}

/** Who used a license, in words: the unit, or what is known where there is none. */
export function useWho(use: () => Use) {
  const { t } = useI18n()
  return computed(() => {
    const { unit, ground } = use()
    if (unit) return unit
    return t(ground === 'self' ? 'uses.self' : 'uses.unknownUnit')
  })
}
