/** The articles of 榕政办〔2018〕214号 whose text the console shows. */
export const articles: readonly number[] = [3, 7, 9, 12, 15, 17, 18, 20]
