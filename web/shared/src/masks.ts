// Masks hide the middle of a personal value on the screen. The server masks what must not leave it; these serve
// values the viewer may see but bystanders should not.

const star = '*'

/** A person's name: the first character stays, and the last when there are three or more. 张*、张*明、欧**明 */
export function maskName(name: string): string {
  const chars = [...name.trim()]
  if (chars.length <= 1) return chars.join('')
  if (chars.length === 2) return chars[0] + star
  return chars[0] + star.repeat(chars.length - 2) + chars[chars.length - 1]
}

/** A code or number: the first four and the last four characters stay; short ones keep only the last two. */
export function maskCode(code: string): string {
  const chars = [...code.trim()]
  if (chars.length <= 2) return star.repeat(chars.length)
  if (chars.length < 11) return star.repeat(chars.length - 2) + chars.slice(-2).join('')
  return chars.slice(0, 4).join('') + star.repeat(chars.length - 8) + chars.slice(-4).join('')
}

/** A mobile number: 138****1234. */
export function maskPhone(phone: string): string {
  return /^1\d{10}$/.test(phone) ? phone.slice(0, 3) + star.repeat(4) + phone.slice(-4) : maskCode(phone)
}

/** Says whether a value is a citizen's number or a phone number: those are covered until asked for. */
export function isPersonal(value: string): boolean {
  return /^\d{17}[\dXx]$/.test(value) || /^1[3-9]\d{9}$/.test(value)
}

/** The mask that fits a personal value. */
export function maskPersonal(value: string): string {
  return /^1\d{10}$/.test(value) ? maskPhone(value) : maskCode(value)
}
