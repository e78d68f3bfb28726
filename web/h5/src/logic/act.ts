import { problemText } from '@yinxin/shared'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'

/** Something a person does on a page: not twice at once, and what went wrong stays to be read. */
export function useAct() {
  const { t, locale } = useI18n()
  const busy = ref(false)
  const trouble = ref('')

  /** Does it; `failed` is told the error where words alone are not enough. */
  async function run(what: () => Promise<unknown>, failed?: (err: unknown) => unknown): Promise<void> {
    if (busy.value) return
    busy.value = true
    trouble.value = ''
    try {
      await what()
    } catch (err) {
      trouble.value = problemText(err, locale.value, t)
      await failed?.(err)
    } finally {
      busy.value = false
    }
  }

  return { busy, trouble, run }
}
