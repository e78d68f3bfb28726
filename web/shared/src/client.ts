import { Problem, readProblem } from './problem'

export interface ClientOptions {
  /** The language the server is asked to answer in. */
  lang: () => string
  /** What to do when the session is over; by default the login page, which leads back here. */
  onSignedOut?: () => void
  /** Asks for a strong confirmation that the server wants; true: it was given, and the request goes out again. */
  confirm?: (problem: Problem) => Promise<boolean>
  fetch?: typeof fetch
}

/** Leads to the login page, which brings the reader back to where they were. */
export function toLogin(loc: Location = window.location): void {
  loc.assign(loginPath(loc.pathname + loc.search + loc.hash))
}

/** The login page that leads back to `next`, a path of this site. */
export function loginPath(next: string): string {
  return `/login?next=${encodeURIComponent(next)}`
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Talks JSON with the server: every refusal is a thrown [Problem], a 401 leads to the login page. */
export class Client {
  constructor(private readonly options: ClientOptions) {}

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path)
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.json<T>('POST', path, JSON.stringify(body), 'application/json')
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('PUT', path, JSON.stringify(body), 'application/json')
  }

  delete<T = void>(path: string): Promise<T> {
    return this.json<T>('DELETE', path)
  }

  /** Sends bytes as they are, for example a license file. */
  upload<T>(path: string, body: Blob): Promise<T> {
    return this.json<T>('POST', path, body, 'application/octet-stream')
  }

  /** Sends bytes and fetches a file, for example a document that comes back signed. */
  async exchange(path: string, body: Blob): Promise<Blob> {
    return (await this.send('POST', path, '*/*', body, 'application/octet-stream')).blob()
  }

  /** Sends JSON and fetches a file, for example a license that is taken out for a reason. */
  async file(path: string, body: unknown): Promise<Blob> {
    return (await this.send('POST', path, '*/*', JSON.stringify(body), 'application/json')).blob()
  }

  /** Fetches text that is not JSON, for example a checkpoint. */
  async text(path: string): Promise<string> {
    return (await this.send('GET', path, '*/*')).text()
  }

  private async json<T>(method: Method, path: string, body?: BodyInit, type?: string): Promise<T> {
    const res = await this.send(method, path, 'application/json', body, type)
    if (res.status === 204) return undefined as T
    return (await res.json()) as T
  }

  private async send(method: Method, path: string, accept: string, body?: BodyInit, type?: string): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept, 'Accept-Language': this.options.lang() }
    if (type) headers['Content-Type'] = type
    const init: RequestInit = { method, headers, body, credentials: 'same-origin' }
    let res = await this.attempt(path, init)
    if (res.ok) return res
    let problem = await readProblem(res)
    if (problem.code === 'authn.confirm' && (await this.options.confirm?.(problem))) {
      res = await this.attempt(path, init)
      if (res.ok) return res
      problem = await readProblem(res)
    }
    if (res.status === 401) (this.options.onSignedOut ?? toLogin)()
    throw problem
  }

  private async attempt(path: string, init: RequestInit): Promise<Response> {
    try {
      return await (this.options.fetch ?? fetch)(path, init)
    } catch {
      throw Problem.network()
    }
  }
}
