import type { SameShape } from '@yinxin/shared'
import type { partsZh } from './parts.zh'

export const partsEn: SameShape<typeof partsZh> = {
  reason: {
    label: 'Reason for the change',
    hint: 'For whoever looks at it later: why, and on what basis. 2 to 200 characters, nothing personal.',
    fault: { short: 'Give a reason of at least 2 characters.', long: 'A reason has at most 200 characters.' },
  },
  combo: {
    found: 'Found',
    chosen: 'Chosen',
    none: 'Nothing found. Try another word.',
    count: '{n} found | {n} found',
    drop: 'Remove {name}',
    unitHint: 'Name, pinyin initials or social credit code',
    typeHint: 'Name of the license, pinyin initials or type code',
    matterHint: 'Name of the matter, pinyin initials or code',
  },
  paged: { none: 'Nothing matches', noneText: 'Try another word, or take away some filters.' },
  conflict: {
    title: 'Somebody else saved while you were editing',
    text: 'Your changes are still here. Look at both, merge them, then save again.',
    textBy: '{name} saved first. Your changes are still here. Look at both, merge them, then save again.',
    by: { theirs: 'changed by them', mine: 'changed by you' },
    side: { theirs: 'They made it', mine: 'You made it' },
    clash: 'In {n} place both of you changed the same. Choose: | In {n} places both of you changed the same. Choose one by one:',
    was: 'It was: {value}',
    choose: 'Choose one of the two.',
    same: 'Both made the same changes; you can go on.',
    merge: 'Merge and go on',
    discard: 'Give up my changes',
  },
  trail: {
    title: 'Trail of changes',
    none: 'Nothing has been changed yet.',
    more: 'Show older ones',
    all: 'Show all {n} changes | Show all {n} changes',
    less: 'Show fewer',
    before: 'Before: ',
    after: 'After: ',
    blank: '(empty)',
    whole: 'Everything',
    order: 'Order',
    yes: 'Yes',
    no: 'No',
  },
}
