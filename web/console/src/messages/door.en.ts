import type { doorZh } from './door.zh'

export const doorEn: typeof doorZh = {
  policy: {
    title: 'Rules of use',
    lead: 'Every use is decided by these rules at that moment: one rule must permit it, and every condition must hold. Sentence and deciding text stand in one file.',
    permits: 'Permits',
    must: 'Condition',
    todo: 'If it does not hold: ',
    text: 'Text of the rule',
    why: 'See the rule',
    ground: {
      case: 'For a case', consent: 'With the holder’s consent', presentation: 'Shown in person', inspection: 'For an inspection', self: 'By the holder', share: 'Authorised download',
      issuing: 'Making, changing, correcting', commitment: 'Fetched after a commitment', 'break-glass': 'Emergency look', archive: 'Archiving', quality: 'Checking quality', analysis: 'Counting',
    },
  },
  glass: {
    title: 'Emergency looks',
    lead: 'When a license must be looked at without a case or leave: one person asks, another one of another post approves, for four hours at most. Every look is recorded, the holder sees it, and a supervisor reads the report.',
    ask: 'Ask for an emergency look',
    identifier: 'License identifier',
    reason: 'Why it must be looked at',
    reasonHint: 'Stays in the record; the holder sees it',
    minutes: 'Minutes (240 at most)',
    send: 'Ask',
    asked: 'Asked. Now a colleague of the other post must approve.',
    list: 'Emergency looks',
    none: 'There were none yet.',
    step: { asked: 'Waits for approval', lapsed: 'Not approved', open: 'Open', over: 'Over, report to be read', reported: 'Report read' },
    askedBy: 'Asked', approvedBy: 'Approved', until: 'until', looks: 'looked at {n} times, refused {refused} times', seenBy: 'Report read',
    approve: 'Approve', end: 'End', read: 'Look once', acknowledge: 'Report read', words: 'Remarks',
  },
  told: {
    open: 'Compare with what was said',
    lead: 'Enter what the person says. The answer is match or no match; the license’s own words are not given. Five times for a license and case, each recorded.',
    field: { CZZT: 'Holder', CZZTDM: 'Holder’s code', ZZBH: 'License number' },
    send: 'Compare',
    answer: { match: 'Match', differs: 'No match', unknown: 'Cannot be compared' },
  },
}
