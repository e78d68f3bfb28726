import { baseFields, type FaceObject, type LicenseType, type SealStep, type TypeField } from './type'

// A license type in words: what the type page shows, what a reviewer compares. Seven parts, as in the C series of
// national license standards.

export const parts = ['basic', 'holder', 'business', 'fields', 'face', 'manage', 'number'] as const
export type Part = (typeof parts)[number]

/** The words of the page: its messages and its language. */
export interface Words {
  t: (key: string, args?: Record<string, unknown>) => string
  lang: 'zh' | 'en'
}

/** One thing a type says of itself. */
export interface Fact {
  key: string
  name: string
  text: string
}

const or = (text: string | undefined, w: Words) => text || w.t('type.none')

const join = (texts: readonly string[], w: Words) => texts.join(w.t('list.comma'))

/** A word for one of a fixed set; the code itself where the set has grown. */
export function wordFor(set: string, code: string | number | undefined, w: Words): string {
  if (code === undefined || code === '') return w.t('type.none')
  const key = `type.${set}.${code}`
  const word = w.t(key)
  return word === key ? String(code) : word
}

export function validityText(v: LicenseType['validity'], w: Words): string {
  if (v.rule !== 'years') return wordFor('validityRule', v.rule, w)
  const spans = [v.years && w.t('type.span.years', { n: v.years }), v.months && w.t('type.span.months', { n: v.months }), v.days && w.t('type.span.days', { n: v.days })]
  return w.t('type.validFor', { span: spans.filter(Boolean).join(w.t('type.span.and')) || w.t('type.none') })
}

export function inspectionText(t: LicenseType, w: Words): string {
  const i = t.inspection
  if (!i) return w.t('type.noInspection')
  return w.t('type.inspectionOf', { months: i.months, remind: i.remind, basis: i.basis, overdue: wordFor('overdue', i.overdue, w) })
}

export function holdersText(t: LicenseType, w: Words): string {
  const least = t.holdersMin || t.holders
  return least === t.holders ? w.t('type.holdersExactly', { n: t.holders }) : w.t('type.holdersRange', { min: least, max: t.holders })
}

export function sealText(s: SealStep, w: Words): string {
  const unit = s.unit === 'issuer' || s.unit === 'definer' ? w.t(`type.sealUnit.${s.unit}`) : w.t('type.sealUnit.other', { unit: s.unit })
  return w.t('type.sealOf', { n: s.step, unit, name: s.name, mode: wordFor('sealMode', s.mode || 'auto', w) })
}

export function labelOf(f: Pick<TypeField, 'label' | 'labelEn' | 'name'>, lang: 'zh' | 'en'): string {
  return (lang === 'en' && f.labelEn) || f.label || f.name
}

/** A declared field or a base element by its name, parts of a date included. */
export function fieldOf(t: Pick<LicenseType, 'fields'>, name: string): TypeField | undefined {
  const base = name.split(':')[0]
  return t.fields.find((f) => f.name === base) ?? baseFields.find((f) => f.name === base)
}

/** What an object on a face is, in words: its kind and what it shows. */
export function objectText(o: FaceObject, t: Pick<LicenseType, 'fields'>, w: Words): string {
  const kind = w.t(`type.object.${o.kind}`)
  const shows = o.kind === 'text' ? o.text : o.field ? fieldWords(o.field, t, w) : o.kind === 'seal' ? w.t('type.sealNo', { n: o.step ?? 1 }) : ''
  return shows ? w.t('type.objectOf', { kind, shows }) : kind
}

function fieldWords(name: string, t: Pick<LicenseType, 'fields'>, w: Words): string {
  const f = fieldOf(t, name)
  const part = name.split(':')[1]
  const label = f ? labelOf(f, w.lang) : name
  return part ? w.t('type.datePartOf', { label, part: w.t(`type.datePart.${part}`) }) : label
}

/** What a type says of itself in one of the parts that are no lists. */
export function factsOf(t: LicenseType, part: Part, w: Words): Fact[] {
  const fact = (key: string, text: string): Fact => ({ key, name: w.t(`type.fact.${key}`), text })
  switch (part) {
    case 'basic':
      return [
        fact('name', t.name),
        fact('nameEn', or(t.nameEn, w)),
        fact('code', t.code),
        fact('kind', wordFor('kind', t.kind || 'license', w)),
        fact('definer', t.definerName || t.definer),
        fact('definerLevel', t.definerLevel ? wordFor('definerLevels', t.definerLevel, w) : w.t('type.none')),
        fact('issuerLevels', join((t.issuerLevels?.length ? t.issuerLevels : [t.level]).map((l) => wordFor('level', l, w)), w)),
        fact('family', wordFor('family', t.family, w)),
        fact('standard', or(t.standard, w)),
        fact('basis', or(t.basis, w)),
      ]
    case 'holder':
      return [fact('holderKind', wordFor('holderKind', t.holderKind, w)), fact('holders', holdersText(t, w))]
    case 'business': {
      const source = t.making === 'vertical' || t.making === 'external' ? [fact('source', or(t.source, w)), fact('national', w.t(t.national ? 'type.yes' : 'type.no'))] : []
      return [fact('making', wordFor('making', t.making, w)), ...source, fact('validity', validityText(t.validity, w)), fact('inspection', inspectionText(t, w)), ...(t.parts?.length ? [fact('parts', t.parts.join('\n'))] : [])]
    }
    case 'face':
      return [fact('page', w.t('type.pageOf', { w: t.face.width, h: t.face.height })), fact('objects', w.t('type.objectCount', { n: t.face.objects.length }))]
    case 'manage':
      return [
        fact('seals', t.seals.length ? t.seals.map((s) => sealText(s, w)).join('\n') : w.t('type.noSeal')),
        fact('usage', or(t.usage, w)),
        fact('secrecy', t.secrecy ? t.secrecy : w.t('type.open')),
      ]
    case 'number':
      return [fact('number', t.number)]
    case 'fields':
      return []
  }
}

/** What a field says of itself besides its name. */
export function fieldFacts(f: TypeField, w: Words): Fact[] {
  const fact = (key: string, text: string): Fact => ({ key, name: w.t(`type.fieldFact.${key}`), text })
  const yes = (on: boolean | undefined) => w.t(on ? 'type.yes' : 'type.no')
  return [
    fact('label', f.label),
    fact('labelEn', or(f.labelEn, w)),
    fact('type', wordFor('fieldType', f.type, w)),
    fact('maxLen', f.maxLen ? w.t('type.characters', { n: f.maxLen }) : w.t('type.none')),
    fact('pattern', or(f.pattern, w)),
    fact('options', f.options?.length ? join(f.options, w) : w.t('type.none')),
    fact('required', yes(f.required)),
    fact('sensitive', wordFor('sensitive', f.sensitive ?? 0, w)),
    fact('multi', (f.multi ?? 0) > 1 ? w.t('type.multiOf', { n: f.multi }) : w.t('type.single')),
    fact('offFace', or(f.offFace, w)),
  ]
}

/** What an object says of itself, with its measures. */
export function objectFacts(o: FaceObject, t: Pick<LicenseType, 'fields'>, w: Words): Fact[] {
  const fact = (key: string, text: unknown): Fact => ({ key, name: w.t(`type.objectFact.${key}`), text: String(text ?? '') })
  const mm = (n: number | undefined) => w.t('type.mm', { n: n ?? 0 })
  const facts = [fact('place', w.t('type.placeOf', { x: o.x, y: o.y }))]
  if (o.kind === 'text') facts.push(fact('text', o.text))
  if (o.field) facts.push(fact('field', fieldWords(o.field, t, w)))
  if (o.w || o.h) facts.push(fact('extent', w.t('type.extentOf', { w: o.w ?? 0, h: o.h ?? 0 })))
  if (o.size) facts.push(fact('size', mm(o.size)))
  if (o.kind === 'text' || o.kind === 'field' || o.kind === 'table') facts.push(fact('font', wordFor('font', o.font || 'serif', w)))
  if (o.kind === 'text' || o.kind === 'field') facts.push(fact('align', wordFor('align', o.align || 'left', w)))
  if (o.kind === 'field') facts.push(fact('lines', o.lines ?? 1))
  if (o.format) facts.push(fact('format', wordFor('dateFormat', o.format, w)))
  if (o.color) facts.push(fact('color', o.color))
  if (o.fill) facts.push(fact('fill', o.fill))
  if (o.stroke) facts.push(fact('stroke', mm(o.stroke)))
  if (o.path) facts.push(fact('path', w.t('type.pathOf', { n: o.path.length })))
  if (o.step) facts.push(fact('step', o.step))
  if (o.alpha) facts.push(fact('alpha', o.alpha))
  if (o.rows) facts.push(fact('rows', o.rows))
  if (o.columns?.length) facts.push(fact('columns', join(o.columns.map((c) => `${c.title} ${c.w}`), w)))
  return facts
}
