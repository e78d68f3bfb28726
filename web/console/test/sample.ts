import type { CaseDetail, CaseMaterial, CaseSummary, Making, Session } from '../src/api'
import type { FormField } from '../src/logic/form'

export const clerk: Session = { accountId: 'a1', name: '林一', kind: 'staff', roles: ['clerk'], mustEnrol: false, demo: false }
export const approver: Session = { ...clerk, accountId: 'a2', roles: ['approver'] }
export const reviewer: Session = { ...clerk, accountId: 'a3', roles: ['reviewer'] }

export function summary(over: Partial<CaseSummary> = {}): CaseSummary {
  return {
    caseNo: 'C1',
    matter: { code: 'M', name: '食品经营许可' },
    channel: 'window',
    applicantName: '榕城****公司',
    stage: 'accept',
    state: 'open',
    electronic: true,
    openedAt: '2026-11-01T09:00:00+08:00',
    dueAt: '2026-11-20T18:00:00+08:00',
    workdaysLeft: 3,
    dueProvisional: false,
    assignee: { id: 'a1', name: '林一' },
    mine: true,
    missing: 0,
    promised: 0,
    ...over,
  }
}

export function material(over: Partial<CaseMaterial> = {}): CaseMaterial {
  return { seq: 1, name: '营业执照', type: { code: 'T', name: '营业执照' }, status: 'lent', required: true, mayCommit: false, mayChase: false, ...over }
}

export function detail(over: Partial<CaseDetail> = {}): CaseDetail {
  return {
    ...summary(),
    unit: { id: 'u', name: '局' },
    applicant: { role: 'applicant', name: '榕城****公司', codeMasked: '9135****', codeType: 'uscc' },
    parties: [],
    form: [],
    materials: [],
    history: [],
    version: 1,
    ...over,
  }
}

export function making(over: Partial<Making> = {}): Making {
  return {
    licenseId: 'L1',
    identifier: '1.2.156.3005.2.T.U.S.001.X',
    origin: 'case',
    type: { code: 'T', name: '食品经营许可证' },
    holderNameMasked: '榕城****公司',
    step: 'sealed',
    issuer: '局',
    maker: { name: '陈二', roles: ['approver'] },
    late: false,
    mine: false,
    madeAt: '2026-11-01T09:00:00+08:00',
    dueAt: '2026-11-20T18:00:00+08:00',
    workdaysLeft: 9,
    ...over,
  }
}

export function field(over: Partial<FormField> = {}): FormField {
  return { withheld: false, name: 'name', label: '名称', type: 'text', required: true, locked: false, value: '', ...over }
}
