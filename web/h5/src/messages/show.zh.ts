export const showZh = {}
