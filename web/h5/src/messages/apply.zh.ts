export const applyZh = {}
