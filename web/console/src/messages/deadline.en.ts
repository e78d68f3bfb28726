/** By when licenses must be made, whether they were, and by whom. */
export const deadlineEn = {
  deadlines: {
    title: 'Deadlines of making',
    lead: 'Licenses this unit must make: the same day, or within three working days where there are 100 or more.',
    leadAbove: 'Licenses the units below must make: the same day, or within three working days where there are 100 or more.',
    tab: { label: 'Making', makings: 'To be made', supervise: 'Violations', deadlines: 'Deadlines' },
    state: { overdue: 'Overdue', running: 'In time', late: 'Made late', inTime: 'Made in time' },
    kind: { case: 'Case here', offline: 'Case elsewhere', batch: 'Batch', stock: 'Conversion', appeal: 'Asked for', vertical: 'Vertical system' },
    col: { type: 'License', kind: 'Came from', unit: 'Unit', due: 'Due', state: 'State', who: 'By' },
    units: 'By unit',
    licenses: '{n} license | {n} licenses',
    made: 'Made {at}',
    nobody: 'Nobody yet',
    count: '{n} deadline | {n} deadlines',
    empty: 'Nothing is overdue',
    emptyText: 'What was not made in time is listed here. Choose a state to see what is still in time or has been made.',
  },
}
