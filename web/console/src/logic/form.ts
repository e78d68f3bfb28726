import type { CaseDetail, FormItem } from '../api'

/** A form field as a case holds it: its definition, its value and the material that filled it. */
export type FormField = CaseDetail['form'][number]

/** What is wrong with a value; a key of `form.fault` in the messages. */
export type ValueFault = 'required' | 'long' | 'number' | 'date'

export function valueFault(field: FormItem, value: string): ValueFault | undefined {
  const text = value.trim()
  if (!text) return field.required ? 'required' : undefined
  if (field.maxLength && [...text].length > field.maxLength) return 'long'
  if (field.type === 'number' && !/^-?\d+(\.\d+)?$/.test(text)) return 'number'
  if (field.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'date'
  return undefined
}

/** The values that were changed on the page, to be sent. */
export function changedValues(fields: readonly FormField[], values: Record<string, string>): Record<string, string> {
  const changed = fields.filter((f) => (values[f.name] ?? '') !== f.value)
  return Object.fromEntries(changed.map((f) => [f.name, values[f.name] ?? '']))
}

/** The words of an option; the value itself where the list does not know it. */
export function optionLabel(field: FormItem, value: string): string {
  return field.options?.find((o) => o.value === value)?.label ?? value
}
