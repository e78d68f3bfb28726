export const orgEn = {}
