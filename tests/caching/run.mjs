// Runs the public tests of HTTP caches: their origin and their client, with a gateway in between.
//
// Says the origin's port, reads the gateway's address, says what came of each test. Everything else goes to stderr.

import http from 'node:http'
import { createInterface } from 'node:readline/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [installed, ...ids] = process.argv.slice(2)
const suite = path => import(pathToFileURL(`${installed}/http-cache-tests/${path}`))
const fetch = createRequire(`${installed}/`)('node-fetch')
console.log = console.error

const handlers = {
  config: (await suite('server/handle-config.mjs')).default,
  state: (await suite('server/handle-state.mjs')).default,
  test: (await suite('server/handle-test.mjs')).default
}
const { default: all } = await suite('tests/index.mjs')
const sets = all.map(set => ({ ...set, tests: set.tests.filter(test => !ids.length || ids.includes(test.id)) }))
const { runTests, getResults } = await suite('client/runner.mjs')

const origin = http.createServer((request, response) => {
  const [, first, ...rest] = request.url.split('?')[0].split('/')
  handlers[first](rest, request, response)
})
await new Promise(resolve => origin.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${origin.address().port}`
process.stdout.write(`${origin.address().port}\n`)

const lines = createInterface({ input: process.stdin })
const gateway = await new Promise(resolve => lines.once('line', resolve))

// What a test is about and what became of it is between client and origin: no cache has to let that through.
const direct = (url, init) => fetch(url.replace(/^.*?\/(config|state)\//, `${address}/$1/`), init)
await runTests(sets, (url, init) => /\/(config|state)\//.test(url) ? direct(url, init) : fetch(url, init), false, gateway, 1000)

const results = getResults()
const told = sets.flatMap(set => set.tests).filter(test => !test.browser_only).map(test => ({
  id: test.id,
  kind: test.kind ?? 'required',
  needs: test.depends_on ?? [],
  result: results[test.id] === true ? '' : results[test.id].join(': ')
}))
process.stdout.write(JSON.stringify(told))
process.exit(0)
