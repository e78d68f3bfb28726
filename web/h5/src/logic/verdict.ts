import type { Tone, Verdict } from '@yinxin/shared'

/** How a verdict looks: its key in the words, its colour and its shape in a 48 × 48 box. */
export interface Look {
  key: 'valid' | 'notInForce' | 'suspended' | 'ended' | 'fileValid' | 'fileUntrusted' | 'fileInvalid'
  tone: Tone
  shape: string
}

const ring = 'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40z'
const check = `${ring}M14 25l7 7 14-15`
const cross = `${ring}M16 16l16 16M32 16 16 32`
const question = 'M24 4 46 42H2zM24 18v11M24 35.5h.01'

const looks: Record<Verdict['verdict'], Look> = {
  valid: { key: 'valid', tone: 'jade', shape: check },
  notInForce: { key: 'notInForce', tone: 'amber', shape: `${ring}M24 13v12l8 6` },
  suspended: { key: 'suspended', tone: 'amber', shape: `${ring}M18 15v18M30 15v18` },
  ended: { key: 'ended', tone: 'red', shape: cross },
}

type FileVerdict = 'valid' | 'untrusted' | 'invalid'

const fileLooks: Record<FileVerdict, Look> = {
  valid: { key: 'fileValid', tone: 'jade', shape: check },
  untrusted: { key: 'fileUntrusted', tone: 'amber', shape: question },
  invalid: { key: 'fileInvalid', tone: 'red', shape: cross },
}

/** The look of a check; an answer we do not know counts as ended, never as valid. */
export function lookOf(verdict: string): Look {
  return looks[verdict as Verdict['verdict']] ?? looks.ended
}

/** The look of a file's report; an answer we do not know counts as invalid. */
export function fileLookOf(verdict: string): Look {
  return fileLooks[verdict as FileVerdict] ?? fileLooks.invalid
}
