export const annualZh = {
  annual: {
    title: '年检',
    due: '最晚{day}年检，现在可以申请。',
    later: '最晚{day}年检，{opens}起可以申请。',
    late: '应在{day}前年检，已逾期。证照仍可使用，但会注明年检逾期，请尽快申请。',
    lateBlocks: '应在{day}前年检，已逾期，现在不能使用。请马上申请。',
    open: '{at}已申请，请等签发单位的结果。',
    rule: '每{months}个月一次。依据：{basis}',
    statement: '要说明的情况（可以不填）',
    statementHint: '例如：一年来地址、人员没有变化',
    apply: '申请年检',
    step: { applied: '已申请，等待审查', examined: '已审查，等待复核', passed: '年检合格', failed: '年检不合格', dropped: '证照已失效，不再办理' },
  },
}
