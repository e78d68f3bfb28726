import { expect, it } from 'vitest'
import type { PolicyGround } from '../src/api.door'
import { narrowed } from '../src/logic/policy'

const rule = (id: string, text: string, todo = '') => ({ id, code: `access.${id}`, text, todo, clause: '榕政办〔2018〕214号 第十二条', permits: false, cedar: 'forbid' })
const all = [
  { ground: 'case', rules: [rule('case.unit', '办件由本单位办理。', '向办理单位了解。'), rule('case.open', '办件没有办结。')] },
  { ground: 'self', rules: [rule('self.own', 'The license is your OWN.')] },
] as unknown as PolicyGround[]

it.each([
  ['everything', '', '  ', ['case.unit', 'case.open', 'self.own']],
  ['one ground', 'self', '', ['self.own']],
  ['words of the sentence, whatever their case', '', 'own license', ['self.own']],
  ['words of the advice and the clause', '', '了解 第十二条', ['case.unit']],
  ['a code', '', 'access.case.', ['case.unit', 'case.open']],
  ['nothing, and no ground without rules', 'self', '办件', []],
])('keeps %s', (_name, ground, query, want) => expect(narrowed(all, ground, query).flatMap((g) => g.rules.map((r) => r.id))).toEqual(want))
