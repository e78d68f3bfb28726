import type { SameShape } from '@yinxin/shared'
import type { commitZh } from './commit.zh'

export const commitEn: SameShape<typeof commitZh> = {
  commit: {
    mine: 'My commitments',
    lead: 'When a license that is needed cannot be had for the moment, your commitment lets the application go on; the platform fetches the license and compares it when it can.',
    none: 'No commitments',
    noneHow: 'They are needed only when a license cannot be had for the moment. The clerk asks for one, and you sign it here.',
    kind: { later: 'License to follow', pledge: 'Pledge of truth' },
    state: {
      offered: 'please sign',
      waiting: 'waiting for the license',
      overdue: 'overdue',
      kept: 'compared, agrees',
      contradicted: 'compared, differs',
      handed: 'handed in on paper',
    },
    until: 'until {date}',
    agree: 'I have read all of this and agree to sign it',
    agreeFirst: 'Read it first, then tick that you agree.',
    sign: 'Sign',
    not: 'You need not sign: bringing the original to the counter will do as well.',
    signed: 'Signed, and on record.',
    at: 'signed {at}',
    proof: 'Record {no}',
    broken: 'The license differs from what you filled in; the unit will get in touch with you.',
  },
}
