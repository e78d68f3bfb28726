/** 用证的规则、应急查看、比对。 */
export const doorZh = {
  policy: {
    title: '用证规则',
    lead: '每次用证都由这些规则当场判定：先要有一条规则允许，再要每一条条件都成立。句子和判定用的规则原文写在一起。',
    permits: '允许',
    must: '条件',
    todo: '没有满足时：',
    text: '规则原文',
    why: '看是哪条规则',
    ground: {
      case: '办件取用', consent: '持证主体同意', presentation: '当面出示', inspection: '执法检查', self: '本人查看', share: '授权下载',
      issuing: '制证、变更、纠错', commitment: '承诺后补取', 'break-glass': '应急查看', archive: '归档', quality: '质量检查', analysis: '统计分析',
    },
  },
  glass: {
    title: '应急查看',
    lead: '没有办件、没有授权，又必须查看一本证照时：一人申请，另一岗位的另一人批准，最长4小时。每次查看都有记录，持证主体看得到，监督人员要查阅报告。',
    ask: '申请应急查看',
    identifier: '电子证照标识',
    reason: '为什么必须查看',
    reasonHint: '留在记录里，持证主体看得到',
    minutes: '查看时间（分钟，最长240）',
    send: '提交申请',
    asked: '已申请，请另一岗位的同事批准。',
    list: '应急查看记录',
    none: '还没有应急查看。',
    step: { asked: '等待批准', lapsed: '没有批准', open: '可以查看', over: '已结束，待监督查阅', reported: '监督已查阅' },
    askedBy: '申请', approvedBy: '批准', until: '到', looks: '查看{n}次，拒绝{refused}次', seenBy: '监督查阅',
    approve: '批准', end: '结束', read: '查看一次', acknowledge: '已查阅报告', words: '查阅意见',
  },
  told: {
    open: '比对当事人说的',
    lead: '填当事人说的内容，只回答一致或不一致，不给出证照内容。一个办件里每本证照最多5次，每次有记录。',
    field: { CZZT: '持证主体', CZZTDM: '持证主体代码', ZZBH: '证照编号' },
    send: '比对',
    answer: { match: '一致', differs: '不一致', unknown: '不能比对' },
  },
}
