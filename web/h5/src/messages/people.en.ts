import type { SameShape } from '@yinxin/shared'
import type { peopleZh } from './people.zh'

export const peopleEn: SameShape<typeof peopleZh> = {}
