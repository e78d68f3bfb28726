import type { Client } from '../client'

/** Operations of this area: see the routes of the same name in h5. */
export function shareApi(_c: Client) {
  return {}
}
