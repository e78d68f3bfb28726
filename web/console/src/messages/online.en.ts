import type { SameShape } from '@yinxin/shared'
import type { onlineZh } from './online.zh'

export const onlineEn: SameShape<typeof onlineZh> = {
  online: {
    files: 'Files handed in by the applicant',
    newPage: 'opens in a new page',
    closed: 'Can be opened once the case is taken',
    ground: { plain: 'no license exists for it', missing: 'no license on file; a scan for now', unusable: 'license not in force; a scan for now' },
    correct: 'Send back for correction',
    correctDone: 'Sent back to the applicant. You go on with it when it comes in again.',
    correctLead: 'Say what is wrong and how to mend it. The applicant gets a message; the days begin anew when it is handed in again. Say everything at once.',
    item: 'Item {n}',
    about: 'About',
    whole: 'The whole application',
    material: 'Material: {name}',
    field: 'Form: {name}',
    text: 'What is wrong, and how to mend it',
    textNeeded: 'Say what is wrong and how to mend it.',
    add: 'Add an item',
    remove: 'Remove this item',
    removeItem: 'Remove item {n}',
    takeNote: 'This case came in online. When you take it, the licenses it needs are fetched by themselves, each use recorded.',
  },
}
