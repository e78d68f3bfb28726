/** 当事人档案：办件范围内，一个人或企业有哪些证照、和其他当事人什么关系。 */
export const dossierZh = {
  dossier: {
    title: '当事人档案',
    lead: '只看得到这个事项要用的证照：有没有、状态、日期，不显示内容。每看一次都有记录，当事人看得到。',
    look: '看{party}的档案',
    party: { applicant: '申请人', representative: '法定代表人或监护人', spouse: '配偶', child: '子女' },
    count: '{n}本证照',
    none: '没有这种证照。',
    issued: '{on}签发',
    until: '到{on}',
    noEnd: '长期',
    version: '第{n}版',
    joint: '与{who}共同持有',
    others: '另有{n}位共同持有人',
    between: '和其他当事人的关系',
    noBetween: '没有登记过和本办件其他当事人的关系。',
    actsFor: '可以替{other}办事（{kind}）',
    actedBy: '{other}可以替其办事（{kind}）',
    kind: { agent: '授权代理', representative: '法定代表人', guardian: '监护', care: '赡养' },
    proof: { license: '由证照证明', clerk: '由窗口核实' },
    unknown: '平台只知道登记过的关系和证照的共同持有人；股东、其他家人和别的办件不在这里。',
  },
}
