import type { SameShape } from '@yinxin/shared'
import type { shareZh } from './share.zh'

export const shareEn: SameShape<typeof shareZh> = {}
