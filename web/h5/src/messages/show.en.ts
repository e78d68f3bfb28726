import type { SameShape } from '@yinxin/shared'
import type { showZh } from './show.zh'

export const showEn: SameShape<typeof showZh> = {}
