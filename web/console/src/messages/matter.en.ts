import type { SameShape } from '@yinxin/shared'
import type { matterZh } from './matter.zh'

export const matterEn: SameShape<typeof matterZh> = {
  matters: {
    lead: 'What all five levels share comes from the catalogue of items; a material that is bound to a license is fetched when a case opens and nobody is asked to hand it in.',
    tab: {
      matters: 'Matters',
      coverage: 'Coverage',
      unbound: 'Unbound materials',
      'stale-bindings': 'Broken bindings',
      exempt: 'Not to be submitted',
      inspections: 'Inspection list',
      scenarios: 'Scenarios',
      'matter-sync': 'Synchronising',
    },
    levels: { 1: 'Nation', 2: 'Province', 3: 'City', 4: 'County', 5: 'Township', 6: 'Village', 7: 'By grade' },
    level: 'Level',
    state: 'Binding',
    unit: 'Unit',
    onlyOpen: 'With unbound materials',
    onlyMine: 'Own unit',
    search: 'Find matters',
    searchHint: 'Name, initials of its pinyin, or code',
    count: '{n} matter | {n} matters',
    empty: 'No matters yet',
    emptyText: 'Synchronise them from the matter office’s system, or import a spreadsheet.',
    col: { name: 'Matter', code: 'Code', unit: 'Unit', level: 'Level', materials: 'Materials', open: 'Unbound' },
    bound: '{n} of {all} fetched',
    open: '{n} unbound | {n} unbound',
    decided: 'All decided',
  },
  coverage: {
    parts: '{bound} bound, {plain} confirmed plain, {open} unbound',
  },
  binding: {
    up: 'Move {name} up',
    down: 'Move {name} down',
    drop: 'Remove',
    least: 'Tick only what this matter cannot do without; clerks see nothing else.',
    sensitive: { 1: 'Sensitive', 2: 'Highly sensitive' },
    gone: 'gone in the new version',
    reads: '{n} of {all} fields are read | {n} of {all} fields are read',
    heavy: '{n} of them is highly sensitive: is it needed? | {n} of them are highly sensitive: are they needed?',
    fault: { none: 'Choose a license that satisfies this material.', fields: 'Tick at least one field.', stages: 'Choose when it may be read.' },
  },
}
