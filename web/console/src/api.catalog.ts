import type { Client } from '@yinxin/shared'

/** Operations of the pages about license types. */
export function catalogApi(_c: Client) {
  return {}
}
