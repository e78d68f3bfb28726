import type { Use } from '@yinxin/shared'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

/** Who used a license, in words: the unit, or what is known where there is none. */
export function useWho(use: () => Use) {
  const { t } = useI18n()
  return computed(() => {
    const { unit, ground } = use()
    if (unit) return unit
    return t(ground === 'self' ? 'uses.self' : 'uses.unknownUnit')
  })
}
