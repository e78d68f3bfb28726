import { describe, expect, it } from 'vitest'
import type { ProvisionalCase, Registration } from '../src/api.feed'
import { beijingToday, isAddress, keysInUse, newAllowed, quotaState, registrationBody, registrationDraft, registrationFaults, sortProvisionals, type RegistrationDraft } from '../src/logic/registration'

const registration = {
  addresses: ['10.1.0.0/16', '::1/128'],
  validFrom: '2026-11-01',
  validUntil: '2027-10-31',
  types: [{ typeCode: 'A', fields: ['CZZT'], rights: ['list', 'read'], perDay: 100 }],
  typeNames: { A: '营业执照' },
  usedToday: { A: 80 },
  provisionals: [],
  version: 3,
} as Registration

const draft = (over: Partial<RegistrationDraft> = {}): RegistrationDraft => ({ ...registrationDraft(registration, '2026-11-26'), ...over })

describe('a registration', () => {
  it('goes into a form and back unchanged', () => {
    const { addresses, validFrom, validUntil, types } = registration
    expect(registrationBody(draft())).toEqual({ addresses, validFrom, validUntil, types })
    expect(draft().types[0]?.type).toEqual({ value: 'A', label: '营业执照' })
  })

  it('sends no fields where no right needs them, and rights in their order', () => {
    const a = { ...newAllowed({ value: 'B', label: '乙证' }), fields: ['CZZT'] }
    expect(registrationBody(draft({ types: [a] })).types).toEqual([{ typeCode: 'B', fields: [], rights: ['list', 'verify'], perDay: 1000 }])
    expect(registrationBody(draft({ types: [{ ...a, rights: ['copy', 'list'] }] })).types?.[0]).toMatchObject({ fields: ['CZZT'], rights: ['list', 'copy'] })
  })

  it('begins today where there is none', () => {
    expect(registrationDraft({ ...registration, validFrom: '', types: [], version: 0 }, '2026-11-26')).toMatchObject({ validFrom: '2026-11-26', types: [] })
    expect(beijingToday(new Date('2026-11-25T16:00:00Z'))).toBe('2026-11-26')
  })

  it.each([
    ['that is whole', {}, {}],
    ['without an address', { addresses: ' \n' }, { addresses: { key: 'addresses' } }],
    ['with a line that is none', { addresses: '10.0.0.1\n10.0.0' }, { addresses: { key: 'address', args: { line: '10.0.0' } } }],
    ['without a first day', { validFrom: '', validUntil: '' }, { validFrom: { key: 'validFrom' } }],
    ['that ends before it begins', { validUntil: '2026-10-31' }, { validUntil: { key: 'validUntil' } }],
    ['without a type', { types: [] }, { types: { key: 'types' } }],
  ])('%s has the faults it has', (_name, over, want) => expect(registrationFaults(draft(over))).toEqual(want))

  it('tells at each type what it lacks', () => {
    const a = { ...newAllowed({ value: 'B', label: '乙证' }), rights: [], perDay: 1_000_001 }
    expect(registrationFaults(draft({ types: [a] }))).toEqual({ 'rights-B': { key: 'rights' }, 'perDay-B': { key: 'perDay' } })
    for (const perDay of [0, 1.5, undefined]) expect(registrationFaults(draft({ types: [{ ...newAllowed(a.type), perDay }] }))).toHaveProperty('perDay-B')
  })
})

it.each([
  ['10.1.2.3', true], ['10.1.0.0/16', true], ['10.1.0.0/33', false], ['10.1.2', false], ['10.1.2.256', false], ['10.1.2.03', false], ['10.1.0.0/', false],
  ['::1', true], ['2001:db8::/32', true], ['2001:db8::/129', false], ['1:2:3:4:5:6:7:8', true], ['1:2:3', false], ['1::2::3', false], ['example.com', false], ['10.0.0.0/8/8', false],
])('%s is an address: %s', (line, want) => expect(isAddress(line)).toBe(want))

it.each([[0, 'free'], [79, 'free'], [80, 'near'], [99, 'near'], [100, 'full'], [120, 'full']])('%i of 100 used is %s', (used, want) => expect(quotaState(used, 100)).toBe(want))

it('counts the keys in use', () => expect(keysInUse([{ id: 1 }, { id: 2, endedAt: '2026-01-01' }])).toEqual([{ id: 1 }]))

it('puts cases that somebody has to look into first', () => {
  const cases = (['confirmed', 'open', 'overdue', 'contradicted'] as const).map((state) => ({ state }) as ProvisionalCase)
  expect(sortProvisionals(cases).map((c) => c.state)).toEqual(['contradicted', 'overdue', 'open', 'confirmed'])
})
