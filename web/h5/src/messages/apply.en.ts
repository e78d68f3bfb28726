import type { SameShape } from '@yinxin/shared'
import type { applyZh } from './apply.zh'

export const applyEn: SameShape<typeof applyZh> = {}
