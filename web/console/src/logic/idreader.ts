/** Where the reader of identity cards answers on the clerk's own machine; the console's content security names it too. */
const reader = 'http://127.0.0.1:17777/card'

/** How long a reading may take, in milliseconds. */
const patience = 3000

/** Why no card was read: no reader answers, no card lies on it, it takes too long, or it cannot read the card. */
export type ReaderFault = 'absent' | 'empty' | 'slow' | 'broken'

export class ReaderError extends Error {
  readonly fault: ReaderFault

  constructor(fault: ReaderFault) {
    super(`identity card reader: ${fault}`)
    this.name = 'ReaderError'
    this.fault = fault
  }
}

export interface CardReading {
  name: string
  code: string
  readAt: string
}

const timedOut = (err: unknown) => err instanceof DOMException && err.name === 'TimeoutError'

/** Reads the card that lies on the reader, or throws a ReaderError. */
export async function readCard(wait = patience): Promise<CardReading> {
  const signal = AbortSignal.timeout(wait)
  let answer: Response
  try {
    answer = await fetch(reader, { signal, cache: 'no-store', credentials: 'omit' })
  } catch (err) {
    throw new ReaderError(timedOut(err) ? 'slow' : 'absent')
  }
  let card: { name?: unknown; code?: unknown } | null
  try {
    card = await answer.json()
  } catch (err) {
    throw new ReaderError(timedOut(err) ? 'slow' : 'broken')
  }
  if (answer.status === 404 && card?.code === 'no-card') throw new ReaderError('empty')
  if (!answer.ok || typeof card?.name !== 'string' || typeof card.code !== 'string') throw new ReaderError('broken')
  return { name: card.name, code: card.code, readAt: new Date().toISOString() }
}
