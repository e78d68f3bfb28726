import type { Api, Lang, Session } from '@yinxin/shared'
import { inject, type InjectionKey, type Ref, computed } from 'vue'
import { useI18n } from 'vue-i18n'

export const apiKey: InjectionKey<Api> = Symbol('api')
export const sessionKey: InjectionKey<Readonly<Ref<Session | undefined>>> = Symbol('session')

function need<T>(key: InjectionKey<T>): T {
  const value = inject(key)
  if (value === undefined) throw new Error('nothing is provided here')
  return value
}

/** The API of this app. */
export const useApi = () => need(apiKey)

/** Who is signed in; undefined until the server has told. */
export const useSession = () => need(sessionKey)

/** The reader's language, for functions that are not components. */
export function useLang() {
  const { locale } = useI18n()
  return computed<Lang>(() => (locale.value === 'en' ? 'en' : 'zh'))
}
