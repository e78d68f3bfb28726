import type { Lang } from '@yinxin/shared'
import { computed, inject, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Api, Session } from './api'

/** What every page of the console needs: the API, and who sits in front of it. */
export interface Office {
  readonly api: Api
  readonly session: ShallowRef<Session | undefined>
}

export const officeKey: InjectionKey<Office> = Symbol('office')

export function useOffice(): { api: Api; me: ComputedRef<Session> } {
  const office = inject(officeKey)
  if (!office) throw new Error('no office provided')
  // Pages are mounted only after the session has come; see App.vue.
  return { api: office.api, me: computed(() => office.session.value as Session) }
}

/** The words of the page and the language they are in. */
export function useWords() {
  const { t, locale } = useI18n()
  const lang = computed<Lang>(() => (locale.value === 'en' ? 'en' : 'zh'))
  const say = (key: string, args: Record<string, unknown>, plural: number) => t(key, args, plural)
  return { t, lang, say }
}
