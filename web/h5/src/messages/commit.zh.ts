export const commitZh = {
  commit: {
    mine: '我的承诺',
    lead: '办事要用的证照暂时调不到时，您承诺以后，事情可以接着办；证照能调取时平台自动取来核对。',
    none: '还没有承诺',
    noneHow: '只有证照暂时调不到时才需要。经办人发起后，这里会请您签署。',
    kind: { later: '容缺受理', pledge: '告知承诺' },
    state: { offered: '请签署', waiting: '等待证照', overdue: '已逾期', kept: '已核对，相符', contradicted: '已核对，不符', handed: '已补交纸质' },
    until: '期限至{date}',
    agree: '我已看完以上内容，同意签署',
    agreeFirst: '请先看完内容，再勾选同意。',
    sign: '签署承诺',
    not: '您也可以不签署：把原件交到窗口，一样能办。',
    signed: '已签署并存证。',
    at: '{at}签署',
    proof: '存证编号{no}',
    broken: '调来的证照和您填写的不一致，经办单位会联系您。',
  },
}
