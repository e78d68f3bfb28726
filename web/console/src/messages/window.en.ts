import type { SameShape } from '@yinxin/shared'
import type { windowZh } from './window.zh'

export const windowEn: SameShape<typeof windowZh> = {}
