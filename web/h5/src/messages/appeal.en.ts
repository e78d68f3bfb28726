import type { SameShape } from '@yinxin/shared'
import type { appealZh } from './appeal.zh'

export const appealEn: SameShape<typeof appealZh> = {}
