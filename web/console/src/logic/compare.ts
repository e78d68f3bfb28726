import type { Field } from '../api'

/** License fields looked at in this sitting, by material number. Kept in memory only. */
export type Looked = ReadonlyMap<number, readonly Field[]>

/** Splits `1.CZZT` into the material and the field it names. */
export function sourceOf(from: string | undefined): { seq: number; field: string } | undefined {
  const m = /^(\d+)\.(.+)$/.exec(from ?? '')
  return m ? { seq: Number(m[1]), field: m[2] as string } : undefined
}

/** The license's value for a form field, as far as its copy has been looked at. */
export function licenseValue(from: string | undefined, looked: Looked): string | undefined {
  const src = sourceOf(from)
  if (!src) return undefined
  return looked.get(src.seq)?.find((f) => f.name === src.field)?.value
}

/** Two values agree when they differ only in width, case, spaces or the way a date is written. */
export function sameValue(a: string, b: string): boolean {
  return plain(a) === plain(b)
}

function plain(value: string): string {
  const text = value.normalize('NFKC').replace(/\s+/g, '').toLowerCase()
  const date = /^(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})日?$/.exec(text)
  return date ? `${date[1]}-${date[2]?.padStart(2, '0')}-${date[3]?.padStart(2, '0')}` : text
}

/** The license's value when the form says something else; undefined when they agree or it is not known. */
export function difference(value: string, from: string | undefined, looked: Looked): string | undefined {
  const license = licenseValue(from, looked)
  return license === undefined || sameValue(value, license) ? undefined : license
}

/** The form fields that are filled from a material, with the value on the form. */
export function filledFrom<T extends { name: string; from?: string }>(
  seq: number,
  field: string,
  items: readonly T[],
): T | undefined {
  return items.find((i) => {
    const src = sourceOf(i.from)
    return src?.seq === seq && src.field === field
  })
}
