// Initial letters of the pinyin of Chinese words, by where they stand in the collation: enough to find a name by its
// first letters, not to spell it (the server does that).

const letters = 'ABCDEFGHJKLMNOPQRSTWXYZ'
const firsts = '阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀'
const collator = new Intl.Collator('zh-CN-u-co-pinyin')

function initialOf(char: string): string {
  if (!/[㐀-鿿]/.test(char)) return char
  for (let i = firsts.length - 1; i >= 0; i--) {
    if (collator.compare(firsts[i] as string, char) <= 0) return letters[i] as string
  }
  return char
}

/** 福州市 → fzs; what is no Chinese character stays. */
export function initialsOf(text: string): string {
  return [...text].map(initialOf).join('').toLowerCase()
}
