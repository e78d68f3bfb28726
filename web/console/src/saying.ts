import { computed } from 'vue'
import type { TypeFinding } from './api.catalog'
import type { Drafting } from './drafting'
import { byIndex, faultAt } from './logic/finding'
import type { Part } from './logic/typewords'
import { useWords } from './office'

/** The findings about a type in the reader's language, for each control and each item of a list. */
export function useSay(drafting: Drafting) {
  const { lang } = useWords()
  const say = (f: TypeFinding) => (lang.value === 'en' ? f.en : f.zh)
  const fields = computed(() => ({ fields: drafting.type.value?.fields ?? [] }))
  return {
    say,
    faultOf: (control: string, index?: number) => faultAt(drafting.findings.value, fields.value, control, index, say),
    marksOf: (part: Part) => byIndex(drafting.findings.value, fields.value, part, say),
  }
}
