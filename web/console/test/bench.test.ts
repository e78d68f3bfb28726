import { describe, expect, it } from 'vitest'
import { daysFault, fieldNames } from '../src/logic/commit'
import { sideBySide, toLookAt } from '../src/logic/side'
import { workPlace } from '../src/logic/tasks'
import { material } from './sample'

const field = (name: string, from?: string) =>
  ({ name, label: `标签${name}`, type: 'text', required: true, value: '', withheld: false, from }) as never

describe('the comparison of form and license', () => {
  const fields = [field('name', '1.CZZT'), field('born', '1.CSRQ'), field('id', '2.CZZTDM'), field('kind')]
  const materials = [material({ seq: 1, name: '身份证' }), material({ seq: 2, name: '营业执照', status: 'promised' })]

  it('says nothing of a license that nobody has looked at', () => {
    const rows = sideBySide(fields, { name: '林岚' }, materials, new Map())
    expect(rows.map((r) => r.verdict)).toEqual(['unseen', 'unseen', 'absent'])
    expect(toLookAt(fields, materials, new Map())).toEqual([1])
  })

  it('marks what differs, and takes other spellings of the same for the same', () => {
    const looked = new Map([[1, [{ name: 'CZZT', label: '', labelEn: '', value: '林 岚' }, { name: 'CSRQ', label: '', labelEn: '', value: '1990年3月1日' }] as never]])
    const rows = sideBySide(fields, { name: '林岚', born: '1990-03-02' }, materials, looked)
    expect(rows.map((r) => r.verdict)).toEqual(['same', 'differs', 'absent'])
    expect(toLookAt(fields, materials, looked)).toEqual([])
    expect(sideBySide(fields, {}, materials, looked)[0]?.verdict).toBe('blank')
  })
})

describe('commitments', () => {
  it('take whole working days from 1 to 30', () => {
    expect(['1', '30', '0', '31', '2.5', 'x', ''].map(daysFault)).toEqual([undefined, undefined, 'days', 'days', 'days', 'days', 'days'])
  })

  it('name form fields as people know them', () => {
    expect(fieldNames(['a', 'b'], { a: '姓名' })).toEqual(['姓名', 'b'])
  })

  it('lead from today’s work to where it is done', () => {
    const place = (detail: Record<string, string>, role = 'catalog') => workPlace({ kind: 'license-chase', subjectId: 'x', detail, role })
    expect(place({ licenseId: 'L' })).toEqual({ name: 'making', params: { licenseId: 'L' } })
    expect(place({ typeCode: 'T' })).toEqual({ name: 'type', params: { typeCode: 'T' } })
    expect(place({}, 'digital')).toEqual({ name: 'systems' })
    expect(workPlace({ kind: 'commitment-broken', subjectId: 'C1/2', detail: { caseNo: 'C1' } })).toEqual({ name: 'case', params: { caseNo: 'C1' } })
  })
})
