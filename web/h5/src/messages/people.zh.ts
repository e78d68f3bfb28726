export const peopleZh = {}
