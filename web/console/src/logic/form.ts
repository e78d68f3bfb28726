import type { CaseDetail, FormItem, Matter } from '@yinxin/shared'

/** A form field as the workbench shows it: the matter's definition with the case's value. */
export interface FormField extends FormItem {
  value: string
  /** 来自营业执照, as the server says it. */
  source?: string
  sourceSeq?: number
  /** The rule does not allow changing what the license says. */
  locked: boolean
}

/** Joins the definition of the matter's form with the values of the case; either may know more than the other. */
export function formFields(c: CaseDetail, matter: Matter | undefined): FormField[] {
  const items = new Map((matter?.form ?? []).map((i) => [i.name, i as FormItem & { locked?: boolean }]))
  return (c.form ?? []).map((f) => {
    const item = items.get(f.name)
    return {
      name: f.name,
      label: f.label || item?.label || f.name,
      type: item?.type ?? 'text',
      required: item?.required ?? false,
      maxLength: item?.maxLength,
      options: item?.options,
      from: item?.from,
      value: f.value ?? '',
      source: f.from,
      sourceSeq: f.fromSeq,
      locked: item?.locked ?? false,
    }
  })
}

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
