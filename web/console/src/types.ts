import { bindableFields, type TypeField } from './logic/binding'
import { useOffice, useWords } from './office'
import { reactive } from 'vue'

/** The fields of the license types that a page binds; each type is read once. A type that cannot be read offers none. */
export function useTypeFields() {
  const { api } = useOffice()
  const { t, lang } = useWords()
  const fields = reactive(new Map<string, TypeField[] | undefined>())

  async function want(code: string): Promise<void> {
    if (fields.has(code)) return
    fields.set(code, undefined)
    const detail = await api.boundType(code).catch(() => undefined)
    fields.set(code, bindableFields(detail?.type.fields ?? [], lang.value, (name) => t(`binding.base.${name}`)))
  }

  return { fields, want }
}
