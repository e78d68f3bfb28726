import { makeI18n } from '@yinxin/shared'
import { describe, expect, it } from 'vitest'
import type { TypeFinding } from '../src/api.catalog'
import { boxOf, hit } from '../src/logic/facebox'
import { byIndex, countByPart, faultAt, placeOf, unique } from '../src/logic/finding'
import { laidOut, linesFor, missingOnFace } from '../src/logic/layout'
import { numberExample, numberFault } from '../src/logic/numbering'
import { blankField, blankType, inserted, moved, nextFieldName, onFace, renamedField, same, strayObjects, type LicenseType } from '../src/logic/type'
import { differences, pairUp } from '../src/logic/typediff'
import { factsOf, parts, validityText, type Words } from '../src/logic/typewords'
import { en } from '../src/messages/en'
import { zh } from '../src/messages/zh'

const i18n = makeI18n({ zh, en })
const words: Words = { t: (key, args) => i18n.global.t(key, args ?? {}), lang: 'zh' }

const permit: LicenseType = {
  ...blankType({ id: '11350000YX0000016Q', name: '省局' }),
  code: '11350000YX0000016Q012',
  name: '食品经营许可证',
  fields: [
    { name: 'KZ_FDDBR', label: '法定代表人', labelEn: 'Legal representative', type: 'text', maxLen: 40, required: true },
    { name: 'KZ_RQ', label: '成立日期', labelEn: 'Founded', type: 'date' },
  ],
  face: {
    width: 297,
    height: 210,
    objects: [
      { kind: 'rect', x: 0, y: 0, w: 297, h: 210 },
      { kind: 'text', x: 20, y: 40, text: '许可证', size: 10 },
      { kind: 'field', x: 20, y: 80, w: 60, size: 4, field: 'KZ_FDDBR' },
      { kind: 'field', x: 20, y: 90, w: 60, size: 4, field: 'KZ_RQ:Y' },
    ],
  },
}

const finding = (f: Partial<TypeFinding>): TypeFinding => ({ path: '', code: 'c', zh: '改', en: 'mend', ...f })

describe('numbering', () => {
  it.each([
    ['', 'empty'],
    ['JY{region', 'brace'],
    ['JY{city}{seq6}', 'part'],
    ['JY{region}{year}', 'repeats'],
    ['{seq4}-{seq6}', 'twice'],
    ['{year}{month}{seq12}', undefined],
    ['JY{region}{year}{seq6}', undefined],
    ['X{holderCode}', undefined],
  ])('%s is judged', (rule, fault) => expect(numberFault(rule)).toBe(fault))

  it('gives the number that a license would get', () => {
    expect(numberExample('JY{region}{year}{seq6}')).toBe('JY3501022026000037')
    expect(numberExample('（{year}）第{seq4}号')).toBe('（2026）第0037号')
  })
})

describe('findings', () => {
  it.each([
    ['name', { part: 'basic', control: 'type-name' }],
    ['validity.years', { part: 'business', control: 'type-years' }],
    ['inspection.basis', { part: 'business', control: 'type-inspection-basis' }],
    ['fields[1].pattern', { part: 'fields', index: 1, control: 'field-pattern' }],
    ['fields[KZ_RQ].label', { part: 'fields', index: 1, control: 'field-label' }],
    ['fields.0', { part: 'fields', index: 0, control: 'fields-0' }],
    ['face.objects[2]', { part: 'face', index: 2, control: 'objects-2' }],
    ['face.objects[2].field', { part: 'face', index: 2, control: 'object-field' }],
    ['seals[0].unit', { part: 'manage', index: 0, control: 'seal-unit' }],
    ['number', { part: 'number', control: 'type-number' }],
    ['face', { part: 'face', control: 'add-object' }],
    ['something.new', { part: 'basic', control: '' }],
  ])('about %s lead to where it is mended', (path, place) => expect(placeOf(finding({ path }), permit)).toMatchObject(place))

  it('go by field or object where the path says only the part', () => {
    expect(placeOf(finding({ path: 'fields', field: 'KZ_RQ' }), permit)).toMatchObject({ part: 'fields', index: 1, control: 'fields-1' })
    expect(placeOf(finding({ path: 'face', object: 3 }), permit)).toMatchObject({ part: 'face', index: 3, control: 'objects-3' })
  })

  it('are counted, worded and told once', () => {
    const found = [finding({ path: 'face.objects[2]' }), finding({ path: 'face.objects[2]' }), finding({ path: 'name', zh: '重名' })]
    expect(unique(found)).toHaveLength(2)
    expect(countByPart(found, permit).get('face')).toBe(2)
    expect(byIndex(found, permit, 'face', (f) => f.zh).get(2)).toBe('改 改')
    expect(faultAt(found, permit, 'type-name', undefined, (f) => f.zh)).toBe('重名')
    expect(faultAt(found, permit, 'type-code', undefined, (f) => f.zh)).toBeUndefined()
  })
})

describe('editing', () => {
  it('inserts, moves and names without losing anything', () => {
    expect(inserted(['a', 'b'], 0, 'x')).toEqual(['a', 'x', 'b'])
    expect(moved(['a', 'b', 'c'], 0, 5)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(nextFieldName([blankField([])])).toBe('KZ_ZD2')
  })

  it('lets the face follow a renamed field, its parts of a date too', () => {
    const face = renamedField(permit.face, 'KZ_RQ', 'KZ_CLRQ')
    expect(face.objects[3]?.field).toBe('KZ_CLRQ:Y')
    expect(strayObjects({ ...permit, face })).toEqual([3])
    expect([...onFace(permit)]).toEqual(['KZ_FDDBR', 'KZ_RQ'])
  })

  it('holds what is absent and what is empty for the same', () => {
    expect(same({ a: 1, b: '' }, { a: 1 })).toBe(true)
    expect(same([{ x: 0 }], [{}])).toBe(true)
    expect(same({ a: [1] }, { a: [1, 2] })).toBe(false)
  })
})

describe('the face', () => {
  it('chooses the smallest object under the pointer', () => {
    expect(hit(permit.face.objects, 22, 38)).toBe(1)
    expect(hit(permit.face.objects, 250, 150)).toBe(0)
    expect(hit(permit.face.objects, 400, 400)).toBe(-1)
  })

  it('knows that the y of text is its baseline', () => {
    const box = boxOf({ kind: 'text', x: 0, y: 10, size: 10, text: '字' })
    expect(box.y).toBeLessThan(2)
    expect(box.y + box.h).toBeGreaterThan(10)
  })

  it('is laid out with everything on it and nothing outside', () => {
    const many = Array.from({ length: 15 }, (_, i) => ({ name: `KZ_F${i}`, label: `第${i}项`, labelEn: '', type: 'text', maxLen: i % 3 ? 20 : 60, required: true }))
    const t = { ...permit, fields: many, face: { width: 297, height: 210, objects: [] } }
    const objects = laidOut(t)
    expect(missingOnFace({ ...t, face: { ...t.face, objects } })).toEqual([])
    for (const o of objects) {
      const b = boxOf(o)
      expect(b.x + b.w, JSON.stringify(o)).toBeLessThanOrEqual(298)
      expect(b.y + b.h, JSON.stringify(o)).toBeLessThanOrEqual(211)
    }
    expect(objects.filter((o) => o.kind === 'seal')).toHaveLength(1)
    expect(laidOut({ ...t, face: { ...t.face, objects } })).toEqual(objects)
  })

  it('gives a long value the lines it needs', () => {
    expect(linesFor(20, 90)).toBe(1)
    expect(linesFor(120, 60)).toBeGreaterThan(4)
  })
})

describe('differences', () => {
  it('say nothing of what is the same', () => expect(differences(permit, { ...permit }, words)).toEqual([]))

  it('are told in words, part by part', () => {
    const after: LicenseType = {
      ...permit,
      validity: { rule: 'years', years: 3 },
      fields: [{ ...permit.fields[0]!, maxLen: 60 }, { name: 'KZ_ZS', label: '住所', labelEn: 'Address', type: 'text', maxLen: 80, required: true }],
      face: { ...permit.face, objects: [...permit.face.objects.slice(0, 3).map((o, i) => (i === 2 ? { ...o, x: 25 } : o)), { kind: 'field', x: 20, y: 100, w: 60, size: 4, field: 'KZ_ZS' }] },
    }
    const list = differences(permit, after, words)
    expect(list.map((d) => [d.part, d.kind, d.name])).toEqual([
      ['business', 'changed', '有效期'],
      ['fields', 'changed', '法定代表人'],
      ['fields', 'added', '住所'],
      ['fields', 'gone', '成立日期'],
      ['face', 'changed', '元数据项：法定代表人'],
      ['face', 'added', '元数据项：住所'],
      ['face', 'gone', '元数据项：成立日期的“年”'],
    ])
    expect(list[0]?.lines).toEqual([{ name: '有效期', before: '自签发之日起5年', after: '自签发之日起3年' }])
    expect(list[4]?.lines).toEqual([{ name: '位置', before: '左20、上80毫米', after: '左25、上80毫米' }])
    expect(list[4]?.object).toEqual({ before: 2, after: 2 })
  })

  it('tell a new order of the fields', () => {
    const list = differences(permit, { ...permit, fields: [...permit.fields].reverse() }, words)
    expect(list.map((d) => d.kind)).toEqual(['moved'])
  })

  it('know an object again that was only put elsewhere in the list', () => {
    const now = [...permit.face.objects].reverse()
    expect(pairUp(permit.face.objects, now).get(0)).toBe(3)
  })
})

describe('words', () => {
  it('say a type in full', () => {
    expect(validityText({ rule: 'long' }, words)).toBe('长期有效')
    for (const part of parts) for (const f of factsOf(permit, part, words)) expect(f.name + f.text).not.toMatch(/type\.|undefined/)
  })
})
