// An answer of the server that is not what was asked for (RFC 9457), or no answer at all.

export interface FieldProblem {
  field: string
  code: string
  zh: string
  en: string
}

interface ProblemBody {
  title?: string
  status?: number
  detail?: string
  code?: string
  reference?: string
  zh?: string
  en?: string
  errors?: FieldProblem[]
}

/** The code of a Problem that stands for a lost connection. */
export const networkCode = 'network'

/** Thrown by the client. `code` is stable; the words are for people. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: readonly FieldProblem[]
  /** Names the request in the service's log; empty if it never came there. */
  readonly reference: string
  private readonly zh: string
  private readonly en: string

  constructor(status: number, body: ProblemBody) {
    super(body.code ?? `http.${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? `http.${status}`
    this.fields = body.errors ?? []
    this.reference = body.reference ?? ''
    this.zh = body.zh ?? body.detail ?? ''
    this.en = body.en ?? body.detail ?? ''
  }

  /** What happened and what to do, in the reader's language; empty if the server said nothing. */
  text(lang: string): string {
    return lang === 'en' ? this.en : this.zh
  }

  static network(): Problem {
    return new Problem(0, { code: networkCode })
  }
}

/** Reads the problem out of a response; a body of another kind still gives a Problem with the status. */
export async function readProblem(res: Response): Promise<Problem> {
  if (!/json/.test(res.headers.get('content-type') ?? '')) return new Problem(res.status, {})
  try {
    return new Problem(res.status, (await res.json()) as ProblemBody)
  } catch {
    return new Problem(res.status, {})
  }
}

/** Words for any error: the server's own, or a sentence of ours. */
export function problemText(
  err: unknown,
  lang: string,
  t: (key: string, args?: Record<string, string>) => string,
): string {
  if (!(err instanceof Problem)) return t('shared.unknown', { code: 'page' })
  if (err.code === networkCode) return t('shared.network')
  if (err.status === 401) return err.text(lang) || t('shared.signedOut')
  return err.text(lang) || t('shared.unknown', { code: err.code })
}

/** What stands small behind the words, for whoever is asked for help: the code and the request's name. */
export function problemMark(err: unknown): string {
  if (!(err instanceof Problem) || err.code === networkCode) return ''
  return [err.code, err.reference].filter(Boolean).join(' · ')
}
