/** Where on the page a field named by the server stands: `materials.3` → `#material-3`, `form.name` → `#field-name`. */
export function anchorOf(field: string, onPage: (id: string) => boolean = (id) => document.getElementById(id) !== null): string | undefined {
  const material = /^(?:body\.)?materials?[.[/](\d+)/.exec(field)
  if (material) return `#material-${material[1]}`
  const value = /^(?:body\.)?(?:form|values)[.[/]([\w-]+)/.exec(field)
  const name = value?.[1] ?? field
  return /^[\w-]+$/.test(name) && (value || onPage(`field-${name}`)) ? `#field-${name}` : undefined
}
