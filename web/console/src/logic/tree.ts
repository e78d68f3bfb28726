import { initialsOf } from './initials'

/** A node of a tree whose children are loaded when it is opened. */
export interface Node {
  id: string
  label: string
  note?: string
  children: number
}

/** A node in the order in which the tree shows it. */
export interface Row {
  node: Node
  level: number
  /** Its place among its siblings, from 1, and how many they are. */
  at: number
  of: number
  open: boolean
  parent?: string
}

type Known = ReadonlyMap<string, readonly Node[]>

/** The rows that can be seen: the roots, and below each open node what is known of its children. */
export function rowsOf(roots: readonly Node[], known: Known, open: ReadonlySet<string>, level = 1, parent?: string): Row[] {
  return roots.flatMap((node, i) => {
    const isOpen = node.children > 0 && open.has(node.id)
    const row: Row = { node, level, at: i + 1, of: roots.length, open: isOpen, parent }
    return [row, ...(isOpen ? rowsOf(known.get(node.id) ?? [], known, open, level + 1, node.id) : [])]
  })
}

/** What a key asks for in a tree (WAI-ARIA tree view). */
export type Move = { to: number } | { open: string } | { close: string }

/** Where a key leads from row `at`; undefined: it does nothing here. */
export function moveInTree(key: string, at: number, rows: readonly Row[]): Move | undefined {
  const row = rows[at]
  if (!row) return undefined
  const to = (i: number) => (i >= 0 && i < rows.length && i !== at ? { to: i } : undefined)
  switch (key) {
    case 'ArrowDown':
      return to(at + 1)
    case 'ArrowUp':
      return to(at - 1)
    case 'Home':
      return to(0)
    case 'End':
      return to(rows.length - 1)
    case 'ArrowRight':
      if (!row.node.children) return undefined
      return row.open ? to(rows[at + 1]?.parent === row.node.id ? at + 1 : -1) : { open: row.node.id }
    case 'ArrowLeft':
      if (row.open) return { close: row.node.id }
      return to(rows.findIndex((r) => r.node.id === row.parent))
    default:
      return undefined
  }
}

/** The next row that what was typed finds, in the name or the initials of its pinyin, going round; one letter goes on
 * from the row, more may stay on it. */
export function typeAhead(typed: string, at: number, rows: readonly Row[]): number | undefined {
  const words = typed.toLowerCase()
  const finds = (r: Row | undefined) => r && [r.node.label.toLowerCase(), initialsOf(r.node.label)].some((text) => text.startsWith(words))
  const order = rows.map((_, i) => (at + i + (words.length > 1 ? 0 : 1)) % rows.length)
  return order.find((i) => finds(rows[i]))
}
