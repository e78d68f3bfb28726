import type { Trial } from '../api.matter'
import type { Bar } from './bars'

/** How a trial went; a key of `trial.verdict` in the messages. */
export type TrialVerdict = 'nothing' | 'good' | 'mixed' | 'bad'

/** Nine of ten served is good: the rest are licenses that can be entered; below half, people would be sent away. */
export function trialVerdict(t: Pick<Trial, 'materials' | 'served'>): TrialVerdict {
  if (!t.materials) return 'nothing'
  if (t.served * 10 >= t.materials * 9) return 'good'
  return t.served * 2 >= t.materials ? 'mixed' : 'bad'
}

/** What would have become of the materials: paper saved, electronic already, not served. Their labels are messages. */
export function trialBars(t: Pick<Trial, 'materials' | 'served' | 'saved'>): Bar[] {
  return [
    { key: 'saved', label: '', value: t.saved, tone: 'jade' },
    { key: 'already', label: '', value: t.served - t.saved, tone: 'ink' },
    { key: 'failed', label: '', value: t.materials - t.served, tone: 'red' },
  ]
}
