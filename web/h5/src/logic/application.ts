import type { ApplicationField, ApplicationMaterial, ApplicationSummary, CorrectionItem } from '@yinxin/shared'

/** Where an application stands, as its applicant sees it. */
export type Standing =
  | 'draft'
  | 'mend'
  | 'waiting'
  | 'handedIn'
  | 'underWay'
  | 'making'
  | 'approved'
  | 'refused'
  | 'withdrawn'

/** Where an application stands. */
export function standing(a: Pick<ApplicationSummary, 'stage' | 'state' | 'outcome' | 'taken'>): Standing {
  if (a.outcome === 'withdrawn') return 'withdrawn'
  if (a.state === 'closed') return a.outcome === 'refused' ? 'refused' : 'approved'
  if (a.stage === 'draft' || a.stage === 'mend' || a.stage === 'making') return a.stage
  if (a.stage === 'wait') return 'waiting'
  return a.stage === 'accept' && !a.taken ? 'handedIn' : 'underWay'
}

/** A material of what is filled in, with the application that asks for it. */
export type SheetMaterial = ApplicationMaterial & { caseNo: string }

/** What an applicant fills in: one application, or one for several matters (一件事). */
export interface Sheet {
  name: string
  /** The page that tells how it stands. */
  home: string
  units: string[]
  mending: boolean
  form: ApplicationField[]
  materials: SheetMaterial[]
  corrections: CorrectionItem[]
  /** Whether it is still in the applicant's hands. */
  open: boolean
  load: () => Promise<Sheet>
  save: (values: Record<string, string>) => Promise<Sheet>
  handIn: () => Promise<unknown>
}

/** One page of filling in. */
export type Step =
  | { key: 'filled' }
  | { key: string; field: ApplicationField }
  | { key: string; material: SheetMaterial }
  | { key: 'check' }

/** Filled from a license, now or when the case is accepted. */
export const isFilled = (f: ApplicationField) => f.fill !== 'you'

/** A material that nobody has to hand in. */
export const comesByItself = (m: ApplicationMaterial) => !m.upload

/** The page of a material. */
export const keyOf = (m: SheetMaterial) => `m-${m.caseNo}-${m.seq}`

/**
 * The pages in their order: what is there already, one question each for what is not, one page each for what must be
 * handed in, and the check of all. What a correction names comes whatever filled it.
 */
export function stepsOf(s: Pick<Sheet, 'form' | 'materials' | 'corrections'>): Step[] {
  const wrong = new Set(s.corrections.map((i) => i.field))
  const asked = s.form.filter((f) => !isFilled(f) || (wrong.has(f.name) && !f.fixed))
  const filled = s.form.some(isFilled) || s.materials.some(comesByItself)
  return [
    ...(filled ? [{ key: 'filled' as const }] : []),
    ...asked.map((field) => ({ key: `q-${field.name}`, field })),
    ...s.materials.filter((m) => m.upload).map((material) => ({ key: keyOf(material), material })),
    { key: 'check' },
  ]
}

/** The page on which what is to be corrected is found. */
export function pageOf(s: Sheet, item: CorrectionItem): string {
  const steps = stepsOf(s)
  const key = item.field ? `q-${item.field}` : steps.find((x) => 'material' in x && x.material.seq === item.seq)?.key
  return steps.find((x) => x.key === key)?.key ?? 'check'
}

/** Whether a page still lacks something required. */
export function isOpen(s: Step): boolean {
  if ('field' in s) return s.field.required && s.field.value === ''
  return 'material' in s && s.material.required && s.material.attachments.length === 0
}

/** The first page that still lacks something required; the check where nothing does. */
export const firstOpen = (steps: readonly Step[]): Step => steps.find(isOpen) ?? steps.at(-1)!

/** What a page asks for, where it is the question's own name. */
export function nameOf(s: Step): string | undefined {
  if ('field' in s) return s.field.label
  return 'material' in s ? s.material.name : undefined
}

/** What is wrong with a value, as the key of a sentence; undefined where nothing is. */
export function faultOf(f: ApplicationField, value: string): 'required' | 'tooLong' | 'number' | 'date' | undefined {
  const text = value.trim()
  if (text === '') return f.required ? 'required' : undefined
  if (f.maxLength && [...text].length > f.maxLength) return 'tooLong'
  if (f.type === 'number' && !/^\d+(\.\d+)?$/.test(text)) return 'number'
  if (f.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'date'
  return undefined
}
