/** What a scanned or typed text stands for. */
export type Scanned = { kind: 'presentation' | 'face' | 'request'; token: string } | undefined

const tokenForm = /^[A-Za-z0-9_-]{20,64}$/

const kinds: Record<string, NonNullable<Scanned>['kind']> = { s: 'presentation', v: 'face', 'm/r': 'request' }

/**
 * Reads a code: the address of a presentation (`…/s/TOKEN`), of a code printed on a face (`…/v/TOKEN`), of somebody who
 * asks to be shown something (`…/m/r/TOKEN`), or a bare token. Only the path counts, so that a code reads the same whatever name the server goes by.
 */
export function readCode(text: string): Scanned {
  const value = text.trim()
  if (tokenForm.test(value)) return { kind: 'presentation', token: value }
  const path = /^(?:https?:\/\/[^/\s]+)?\/(s|v|m\/r)\/([^/?#\s]+)\/?(?:[?#].*)?$/.exec(value)
  const token = path?.[2] ?? ''
  if (!path || !tokenForm.test(token)) return undefined
  return { kind: kinds[path[1] ?? ''] ?? 'face', token }
}

/** The path of a presentation's page on this server, whatever host its address names. */
export function pathOf(url: string): string {
  return /^https?:\/\/[^/]+(\/.*)$/.exec(url)?.[1] ?? url
}
