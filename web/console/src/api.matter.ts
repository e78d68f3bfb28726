import type { Client } from '@yinxin/shared'

/** Operations of the pages about matters, bindings and lists. */
export function matterApi(_c: Client) {
  return {}
}
