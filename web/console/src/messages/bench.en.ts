import type { SameShape } from '@yinxin/shared'
import type { benchZh } from './bench.zh'

export const benchEn: SameShape<typeof benchZh> = {}
