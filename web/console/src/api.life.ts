import type { Client } from '@yinxin/shared'
import type { components } from '@yinxin/shared/openapi.d.ts'
import type { IssuedDetail } from './api.making'

type Schemas = components['schemas']

export type IssuedLife = Schemas['IssuedLife']
export type PossibleAction = Schemas['PossibleAction']
export type Operation = Schemas['Operation']
export type IssuedThen = Schemas['IssuedThen']

export interface OperationAsked {
  action: string
  reason?: string
  ground?: string
  trueFrom?: string
  words?: string
}

const v1 = '/api/v1'
const part = encodeURIComponent

/** What is done to licenses after they are published, and by whose word. */
export function lifeApi(c: Client) {
  const at = (id: string) => `${v1}/operations/${part(id)}`
  return {
    askOperation: (identifier: string, o: OperationAsked) => c.post<IssuedDetail>(`${v1}/licenses/${part(identifier)}/operations`, o),
    operations: (state: 'open' | 'closed', offset = 0) => c.get<{ items: Operation[]; total: number }>(`${v1}/operations?state=${state}&limit=20&offset=${offset}`),
    approveOperation: (o: Operation) => c.post<Operation>(`${at(o.operationId)}/approve`, { version: o.version }),
    refuseOperation: (o: Operation, answer: string) => c.post<Operation>(`${at(o.operationId)}/refuse`, { version: o.version, answer }),
    withdrawOperation: (o: Operation) => c.post<Operation>(`${at(o.operationId)}/withdraw`, { version: o.version }),
    asOf: (identifier: string, trueAt: string, knownAt?: string) =>
      c.get<IssuedThen>(`${v1}/licenses/${part(identifier)}/as-of?trueAt=${part(trueAt)}${knownAt ? `&knownAt=${part(knownAt)}` : ''}`),
  }
}
