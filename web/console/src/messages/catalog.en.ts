export const catalogEn = {}
