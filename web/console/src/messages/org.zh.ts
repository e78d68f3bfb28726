export const orgZh = {}
