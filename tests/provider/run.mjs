// Runs npm's oidc-provider as Google or Microsoft would be, with a calendar behind it and a way to watch and to hurt it.
//
// Says its port. Everything of OAuth is the package's own; below /admin are orders of the tests, below /calendar a vendor.

import http from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [installed, written] = process.argv.slice(2)
const options = JSON.parse(written)
const fromPackage = path => import(pathToFileURL(createRequire(`${installed}/`).resolve(path)))
console.warn = console.info = console.log = () => {}
const { default: Provider } = await fromPackage('oidc-provider')
const { default: MemoryAdapter } = await import(pathToFileURL(`${installed}/oidc-provider/lib/adapters/memory_adapter.js`))

const state = { seconds: options.seconds, withheld: [], delay: 0, faults: [], vendorFaults: [] }
const seen = { tokens: [], reuses: 0, revocations: 0, calendar: [] }
const store = new Map()
const offline = new Set() // codes that were asked for with `access_type=offline`, as Google has it
const server = http.createServer()
await new Promise(resolve => server.listen(options.port, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

const client = {
  client_id: options.client_id,
  client_secret: options.client_secret,
  redirect_uris: options.redirect_uris,
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: options.auth,
  ...(options.jwks && { jwks: options.jwks })
}
const adapter = model => new MemoryAdapter(model, store)
const provider = new Provider(issuer, {
  adapter,
  clients: [],
  scopes: options.scopes,
  extraParams: ['access_type', 'include_granted_scopes'],
  pkce: { required: () => true },
  cookies: { keys: ['of the tests'] },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    userinfo: { enabled: true }
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: (_, __, code) => options.rotation !== 'none' || offline.has(code.jti),
  expiresWithSession: () => false,
  rotateRefreshToken: options.rotation !== 'none',
  ttl: { AccessToken: () => state.seconds, RefreshToken: 86400, AuthorizationCode: 60, Grant: 86400, Session: 3600, Interaction: 600, IdToken: 600 }
})
if (options.rotation === 'lenient') provider.RefreshToken.prototype.consume = async () => {}

const add = provider.Grant.prototype.addOIDCScope
provider.Grant.prototype.addOIDCScope = function (scope) {
  add.call(this, scope)
  if (state.withheld.length && this instanceof provider.Grant) this.rejectOIDCScope(state.withheld.join(' '))
}

provider.on('authorization.success', (ctx, out) => ctx.oidc.params.access_type === 'offline' && offline.add(out.code))

const told = (ctx, error) => {
  const reused = error?.error_detail === 'refresh token already used'
  seen.reuses += reused
  seen.tokens.push({ grant: String(ctx.oidc?.params?.grant_type ?? ''), error: error?.error ?? null, reused })
}
provider.on('grant.success', ctx => told(ctx))
provider.on('grant.error', told)

const sent = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
  response.end(JSON.stringify(body))
}
const body = async request => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}')
}
const register = redirectUris => adapter('Client').upsert(client.client_id, { ...client, redirect_uris: redirectUris })
await register(client.redirect_uris)

const revoke = async user => {
  const grants = [...store].filter(([key, value]) => key.startsWith('Grant:') && value.accountId === user)
  for (const [key] of grants) {
    const id = key.slice('Grant:'.length)
    for (const model of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) await provider[model].revokeByGrantId(id)
    store.delete(key)
  }
  return grants.length
}

// Tokens as the flow would have brought them, for tests that need many users and no browser.
const handOut = async (user, scope) => {
  const registered = await provider.Client.find(client.client_id)
  const grant = new provider.Grant({ accountId: user, clientId: client.client_id })
  grant.addOIDCScope(scope)
  const grantId = await grant.save()
  const made = { accountId: user, client: registered, grantId, gty: 'authorization_code', scope }
  const refresh = await new provider.RefreshToken({ ...made, claims: {} }).save()
  const access = new provider.AccessToken({ ...made, claims: {} })
  return { access_token: await access.save(), refresh_token: refresh, expires_in: access.expiration, scope, token_type: 'Bearer' }
}

const orders = {
  '/admin/seen': async () => seen,
  '/admin/forget': async () => Object.assign(seen, { tokens: [], reuses: 0, revocations: 0, calendar: [] }),
  '/admin/set': async asked => Object.assign(state, asked),
  '/admin/client': async asked => { await register(asked.redirect_uris); return {} },
  '/admin/revoke': async asked => ({ revoked: await revoke(asked.user) }),
  '/admin/tokens': async asked => handOut(asked.user, asked.scope)
}

const calendar = async (request, response) => {
  const [, value] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
  const token = value && (await provider.AccessToken.find(value) ?? await provider.ClientCredentials.find(value))
  const fault = state.vendorFaults.shift()
  const status = fault ?? (!token ? 401 : token.scope?.split(' ').includes('calendar.events') ? 200 : 403)
  seen.calendar.push({ status, user: token?.accountId ?? null })
  if (status !== 200) return sent(response, status, { error: { code: status, message: 'refused', status: 'REFUSED' } })
  sent(response, 200, { user: token.accountId, items: [{ id: 'one', summary: `${token.accountId} meets` }] })
}

const handle = provider.callback()
server.on('request', async (request, response) => {
  const path = request.url.split('?')[0]
  if (orders[path]) return sent(response, 200, await orders[path](await body(request)))
  if (path.startsWith('/calendar/')) return calendar(request, response)
  if (path === '/token/revocation') seen.revocations += 1
  if (path !== '/token') return handle(request, response)
  if (state.delay) await new Promise(resolve => setTimeout(resolve, state.delay))
  const fault = state.faults.shift()
  if (typeof fault === 'number') { // nothing was done
    seen.tokens.push({ grant: '', error: String(fault), reused: false })
    return sent(response, fault, { error: 'temporarily_unavailable' })
  }
  if (fault === 'cut') response.end = response.write = () => response.socket?.destroy() // it was done, and nobody hears of it
  handle(request, response)
})
process.stdout.write(`${server.address().port}\n`)
