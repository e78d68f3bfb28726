export const annualEn = {
  annual: {
    title: 'Annual inspection',
    due: 'To be inspected by {day}. You can apply now.',
    later: 'To be inspected by {day}. You can apply from {opens}.',
    late: 'It should have been inspected by {day}. It stays usable and is marked as overdue; please apply soon.',
    lateBlocks: 'It should have been inspected by {day} and cannot be used now. Please apply at once.',
    open: 'Applied for at {at}. Please wait for the issuer.',
    rule: 'Every {months} months. Basis: {basis}',
    statement: 'What you want to say (may be left empty)',
    statementHint: 'For example: address and staff have not changed',
    apply: 'Apply for inspection',
    step: { applied: 'Applied for, waiting for examination', examined: 'Examined, waiting for review', passed: 'Passed', failed: 'Failed', dropped: 'Closed: the license has ended' },
  },
}
