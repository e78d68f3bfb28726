// Codes typed at the counter are checked before they are sent, so that a slip of the finger is named at once.
// The server decides; this only spares a round trip. GB 32100-2015, GB 11643-1999.

const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const usccWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const citizenWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const citizenChecks = '10X98765432'

/** What is wrong with a code; a key of `codes` in the messages. */
export type CodeFault = 'empty' | 'length' | 'charset' | 'date' | 'check'

export type CodeKind = 'uscc' | 'citizen'

/** The form in which a code is sent: no spaces, full-width made half-width, letters upper-case. */
export function tidyCode(raw: string): string {
  return raw.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()
}

/** Checks a unified social credit code (统一社会信用代码); undefined when it is well formed. */
export function usccFault(code: string): CodeFault | undefined {
  if (!code) return 'empty'
  if (code.length !== 18) return 'length'
  const digits = [...code].map((c) => usccAlphabet.indexOf(c))
  if (digits.includes(-1)) return 'charset'
  const sum = usccWeights.reduce((s, w, i) => s + w * (digits[i] ?? 0), 0)
  return digits[17] === (31 - (sum % 31)) % 31 ? undefined : 'check'
}

/** Checks a citizen's number (公民身份号码); undefined when it is well formed. */
export function citizenFault(code: string): CodeFault | undefined {
  if (!code) return 'empty'
  if (code.length !== 18) return 'length'
  if (!/^\d{17}[\dX]$/.test(code)) return 'charset'
  if (!isDate(code.slice(6, 14))) return 'date'
  const sum = citizenWeights.reduce((s, w, i) => s + w * Number(code[i]), 0)
  return code[17] === citizenChecks[sum % 11] ? undefined : 'check'
}

function isDate(ymd: string): boolean {
  const iso = `${ymd.slice(0, 4)}-${ymd.slice(4, 6)}-${ymd.slice(6, 8)}`
  const ms = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(iso)
}

/** Checks a code of one of the kinds a party may have. A code that only one kind can be is judged as that kind. */
export function codeFault(code: string, kinds: readonly CodeKind[]): CodeFault | undefined {
  if (kinds.length === 1) return kinds[0] === 'uscc' ? usccFault(code) : citizenFault(code)
  const asCitizen = citizenFault(code)
  if (!asCitizen) return undefined
  const asUscc = usccFault(code)
  if (!asUscc) return undefined
  return /^\d{17}[\dX]$/.test(code) && asCitizen === 'check' ? asCitizen : asUscc
}
