import { expect, it } from 'vitest'
import type { AnnualItem } from '../src/api.annual'
import type { Batch } from '../src/api.batch'
import type { Operation } from '../src/api.life'
import { unitTasks } from '../src/logic/unittasks'
import { approver, clerk, reviewer } from './sample'

const type = { code: 'T', name: '食品经营许可证' }
const operation = (o: Partial<Operation> = {}) => ({ operationId: 'o1', state: 'open', mine: false, text: '质押登记', type, holderNameMasked: '某酒店', ...o }) as Operation
const inspection = (o: Partial<AnnualItem> = {}) => ({ id: 'a1', step: 'applied', late: false, due: '2099-12-31', license: { type, holderNameMasked: '某学校' }, ...o }) as AnnualItem
const batch = (o: Partial<Batch> = {}) => ({ id: 'b1', state: 'review', mine: false, ours: true, fileName: '名单.csv', type, ...o }) as Batch

it.each([
  ['an operation waits for the reviewer', { operations: [operation()] }, reviewer, ['operation-o1']],
  ['who asked for it does not agree to it', { operations: [operation({ mine: true })] }, reviewer, []],
  ['a clerk does not agree to operations', { operations: [operation()] }, clerk, []],
  ['an inspection waits for the clerk first', { inspections: [inspection()] }, clerk, ['annual-a1']],
  ['and not yet for the reviewer', { inspections: [inspection()] }, reviewer, []],
  ['then for the reviewer', { inspections: [inspection({ step: 'examined' })] }, reviewer, ['annual-a1']],
  ['a batch waits for the second person', { batches: [batch()] }, reviewer, ['batch-b1']],
  ['not for its maker', { batches: [batch({ mine: true })] }, clerk, []],
  ['a batch that came back is its maker’s', { batches: [batch({ state: 'checked', mine: true, words: '少一列' })] }, clerk, ['batch-b1']],
  ['one that is not handed on yet is nobody’s task', { batches: [batch({ state: 'checked', mine: true })] }, clerk, []],
  ['approvers have none of it', { operations: [operation()], inspections: [inspection()], batches: [batch()] }, approver, []],
])('%s', (_what, work, me, keys) => {
  expect(unitTasks(work, me).map((t) => t.key)).toEqual(keys)
})
