/** The address of a drawing (SVG), as the server gives codes. */
export const svgPicture = (svg = '') => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`

/** The address of a picture that is the value of a field (base64 of a JPEG or PNG); undefined for other values. */
export function pictureOf(value: string): string | undefined {
  if (value.startsWith('/9j/')) return `data:image/jpeg;base64,${value}`
  return value.startsWith('iVBORw0KGgo') ? `data:image/png;base64,${value}` : undefined
}
