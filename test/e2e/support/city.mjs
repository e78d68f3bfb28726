// A demonstration city of its own for each database: started, known by its files, taken away.

import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Reads a setting that scripts/test.sh gives. */
export function setting(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; scripts/test.sh says how`)
  return value
}

/** An empty database on the server of YINXIN_TEST_POSTGRES. */
async function freshPostgres() {
  const server = setting('YINXIN_TEST_POSTGRES')
  const name = `yinxin_e2e_${randomBytes(6).toString('hex')}`
  const ask = (sql) => run('psql', ['--no-psqlrc', '--quiet', '--dbname', server, '--command', sql])
  await ask(`CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** Starts the demonstration on 'SQLite' or 'PostgreSQL', as a city or empty, and waits until it has told its address. */
export async function startCity(kind, { empty = false } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'yinxin-e2e-'))
  const database = kind === 'PostgreSQL' ? await freshPostgres() : undefined
  const args = ['demo', '--data', data, '--addr', '127.0.0.1:0', ...(database ? ['--database', database.url] : []), ...(empty ? ['--empty'] : [])]
  const server = spawn(setting('YINXIN_BIN'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(server, 'exit')

  async function stop() {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT')
      await ended
    }
    await database?.drop()
    await rm(data, { recursive: true, force: true })
  }

  try {
    const url = await address(server, ended)
    return { url, stop, passwords: await accounts(data, 1), secrets: await accounts(data, 3), cast: empty ? {} : await cast(data), data, log: join(data, 'yinxin.log') }
  } catch (err) {
    await stop()
    throw err
  }
}

/** The address that the demonstration prints when it is ready. */
async function address(server, ended) {
  let out = ''
  let errors = ''
  server.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)))
  const told = new Promise((resolve) => {
    server.stdout.on('data', (chunk) => {
      out += chunk
      const found = /portal\s+(http:\/\/\S+?)\/\s/.exec(out)
      if (found) resolve(found[1])
    })
  })
  const died = ended.then(([code]) => {
    throw new Error(`the demonstration ended with ${code}: ${errors}`)
  })
  return Promise.race([told, died])
}

/** A column of the list of accounts, by login: 1 the password, 3 the secret of its codes. */
async function accounts(data, column) {
  const lines = (await readFile(join(data, 'accounts.txt'), 'utf8')).split('\n')
  return Object.fromEntries(lines.filter((l) => l && !l.startsWith('#')).map((l) => l.split('\t')).map((l) => [l[0], l[column]]))
}

/** The people and firms of the stories, by key. */
async function cast(data) {
  const members = JSON.parse(await readFile(join(data, 'cast.json'), 'utf8'))
  return Object.fromEntries(members.map((m) => [m.key, m]))
}
