/** The strokes beside a word, in a box of 16 × 16: each means the same on every page. */
export const shapes = {
  tick: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3l2 2',
  alert: 'M8 2 15 14H1zM8 6.5v3.5M8 12h.01',
  ended: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5 8h6',
  pen: 'M3 13l1-3.5L11 2.5l2.5 2.5L6.5 12z',
  sheet: 'M4 1.5h6l3 3v10H4zM6.5 8h4M6.5 11h4',
  fetched: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
} as const
