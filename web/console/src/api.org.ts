import type { Client } from '@yinxin/shared'

/** Operations of the pages about units, accounts and settings. */
export function orgApi(_c: Client) {
  return {}
}
