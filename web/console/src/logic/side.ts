import type { CaseMaterial } from '../api'
import { licenseValue, sameValue, sourceOf, type Looked } from './compare'
import type { FormField } from './form'

/** One line of the comparison of form and license. */
export interface SideRow {
  name: string
  label: string
  form: string
  license?: string
  material: string
  verdict: 'same' | 'differs' | 'blank' | 'unseen' | 'absent'
}

/** Every form field that a license can fill, with what both say. A license is unseen until its copy was looked at. */
export function sideBySide(fields: readonly FormField[], values: Readonly<Record<string, string>>, materials: readonly CaseMaterial[], looked: Looked): SideRow[] {
  const rows: SideRow[] = []
  for (const f of fields) {
    const src = sourceOf(f.from)
    const m = materials.find((x) => x.seq === src?.seq)
    if (!src || !m) continue
    const form = values[f.name] ?? ''
    const license = licenseValue(f.from, looked)
    rows.push({ name: f.name, label: f.label, form, license, material: m.name, verdict: verdictOf(form, license, m, looked.has(src.seq)) })
  }
  return rows
}

function verdictOf(form: string, license: string | undefined, m: CaseMaterial, seen: boolean): SideRow['verdict'] {
  if (m.status !== 'lent') return 'absent'
  if (!seen) return 'unseen'
  if (license === undefined) return 'absent'
  if (form === '') return 'blank'
  return sameValue(form, license) ? 'same' : 'differs'
}

/** The materials to look at before everything can be compared: each look is one recorded use. */
export function toLookAt(fields: readonly FormField[], materials: readonly CaseMaterial[], looked: Looked): number[] {
  const asked = new Set(fields.map((f) => sourceOf(f.from)?.seq))
  return materials.filter((m) => m.status === 'lent' && asked.has(m.seq) && !looked.has(m.seq)).map((m) => m.seq)
}
