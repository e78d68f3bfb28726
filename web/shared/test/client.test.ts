import { describe, expect, test, vi } from 'vitest'
import { makeApi } from '../src/api'
import { Client, loginPath } from '../src/client'
import { Problem, problemMark, problemText } from '../src/problem'

function client(answer: () => Response | Promise<Response>) {
  const calls: { path: string; init: RequestInit }[] = []
  const signedOut = vi.fn()
  const c = new Client({
    lang: () => 'zh',
    onSignedOut: signedOut,
    fetch: async (path, init) => {
      calls.push({ path: String(path), init: init! })
      return answer()
    },
  })
  return { c, calls, signedOut }
}

const json = (body: unknown, status = 200, type = 'application/json') =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })

const problem = { status: 409, code: 'case.closed', zh: '办件已办结。', en: 'The case is closed.' }

const caught = (p: Promise<unknown>) => p.then(() => expect.fail('no problem was thrown'), (err: Problem) => err)

describe('requests', () => {
  test('ask in the reader’s language and stay on this site', async () => {
    const { c, calls } = client(() => json({ items: [] }))
    await makeApi(c).matters('食品 & 酒')
    expect(calls[0]?.path).toBe('/api/v1/matters?q=%E9%A3%9F%E5%93%81%20%26%20%E9%85%92')
    expect(calls[0]?.init).toMatchObject({ method: 'GET', credentials: 'same-origin', headers: { 'Accept-Language': 'zh' } })
  })

  test('carry JSON bodies', async () => {
    const { c, calls } = client(() => json({}))
    await makeApi(c).present('a/b', { fields: ['CZZT'] })
    expect(calls[0]?.path).toBe('/api/v1/me/licenses/a%2Fb/presentations')
    expect(calls[0]?.init.body).toBe('{"fields":["CZZT"]}')
  })

  test('take an empty answer as nothing', async () => {
    const { c } = client(() => new Response(null, { status: 204 }))
    expect(await c.delete('/x')).toBeUndefined()
  })
})

describe('refusals', () => {
  test('become problems with words in both languages', async () => {
    const { c } = client(() => json(problem, 409, 'application/problem+json'))
    const err = await caught(c.get('/x'))
    expect(err).toBeInstanceOf(Problem)
    expect([err.status, err.code, err.text('zh'), err.text('en')]).toEqual([409, 'case.closed', problem.zh, problem.en])
  })

  test('keep the name of the request for whoever is asked for help', async () => {
    const { c } = client(() => json({ ...problem, reference: 'r-1' }, 409, 'application/problem+json'))
    expect(problemMark(await caught(c.get('/x')))).toBe('case.closed · r-1')
    expect([problemMark(Problem.network()), problemMark(new Error('boom'))]).toEqual(['', ''])
  })

  test('with a body that is no problem still have a status', async () => {
    const { c } = client(() => new Response('<html>', { status: 502 }))
    expect((await caught(c.get('/x'))).code).toBe('http.502')
    const broken = client(() => new Response('{', { status: 500, headers: { 'Content-Type': 'application/json' } }))
    expect((await caught(broken.c.get('/x'))).code).toBe('http.500')
  })

  test('a 401 leads to the login page and back', async () => {
    const { c, signedOut } = client(() => json({ code: 'session.none' }, 401, 'application/problem+json'))
    await caught(c.get('/x'))
    expect(signedOut).toHaveBeenCalledOnce()
    expect(loginPath('/m/uses?a=1#x')).toBe('/login?next=%2Fm%2Fuses%3Fa%3D1%23x')
  })

  test('a lost connection is told apart', async () => {
    const { c } = client(() => Promise.reject(new TypeError('no route')))
    const err = await caught(c.get('/x'))
    expect([err.status, err.code]).toEqual([0, 'network'])
    expect(problemText(err, 'zh', (key) => key)).toBe('shared.network')
  })
})

test('words for errors: the server’s own first, then ours with the code', () => {
  const t = (key: string, args?: Record<string, string>) => `${key}:${args?.code ?? ''}`
  expect(problemText(new Problem(409, problem), 'en', t)).toBe(problem.en)
  expect(problemText(new Problem(502, {}), 'zh', t)).toBe('shared.unknown:http.502')
  expect(problemText(new Error('boom'), 'zh', t)).toBe('shared.unknown:page')
})
