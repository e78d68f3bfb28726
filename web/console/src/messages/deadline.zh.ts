/** 制证时限：该在什么时候制出来，制了没有，谁制的。 */
export const deadlineZh = {
  deadlines: {
    title: '制证时限',
    lead: '本单位该制的证照和期限：联机、脱机当天制出，100本以上3个工作日内制出。',
    leadAbove: '下级单位该制的证照和期限：联机、脱机当天制出，100本以上3个工作日内制出。',
    tab: { label: '制证', makings: '待制证照', supervise: '违规记录', deadlines: '制证时限' },
    state: { overdue: '应制未制', running: '期限内', late: '逾期制出', inTime: '按时制出' },
    kind: { case: '联机制证', offline: '脱机制证', batch: '批量制证', stock: '存量转换', appeal: '申领补录', vertical: '垂管回传' },
    col: { type: '证照', kind: '来由', unit: '单位', due: '期限', state: '状态', who: '经手人' },
    units: '各单位',
    licenses: '{n}本',
    made: '{at}制出',
    nobody: '还没有人',
    count: '共{n}项',
    empty: '没有应制未制的证照',
    emptyText: '到期没有制出的会列在这里。期限内的和已经制出的，可以选状态查看。',
  },
}
