// An OpenID provider that is not ours (npm oidc-provider) on loopback, shaped as one that authorities buy: `main.mjs
// SHAPE PORT PORTAL NAME CLOCK_OFFSET`. PORTAL is where people reach the portal, NAME what the portal's configuration calls
// this provider. It is moved in time with the programs under test by the file CLOCK_OFFSET.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { people, shapes } from './shapes.mjs';

const [shapeName, port, portal, name, clockOffset] = process.argv.slice(2);
const shape = shapes[shapeName];
const origin = `http://127.0.0.1:${port}`;
/** The folders that the library is mounted in, each an issuer of its own: most providers are one. */
const folders = shape.tenants ? Object.keys(shape.tenants).map((tenant) => `/${tenant}/v2.0`) : [shape.path ?? ''];
const back = shape.back ? shape.back(name) : [`/sign-in/${name}/callback`];

// The library asks for the time in no other way.
const systemTime = Date.now;
Date.now = () => systemTime() + offset();

function offset() {
  try {
    return Number(readFileSync(clockOffset, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

/** Asked for, by path. */
const requests = {};
let keys = 0;

/** A fresh signing key under a name of its own. */
function newKey() {
  const pair =
    shape.algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg: shape.algorithm, kid: `key-${++keys}` };
}

/** The provider in one folder, with the signing key that all of them have. */
function start(folder, key) {
  const tenant = shape.tenants && folder.split('/')[1];
  const provider = new Provider(origin + folder, {
    clients: [
      {
        client_id: 'postvalv',
        redirect_uris: back.map((path) => portal + path),
        post_logout_redirect_uris: [`${portal}/signed-out`],
        id_token_signed_response_alg: shape.algorithm,
        ...(shape.client?.(portal, name) ?? { client_secret: 'the secret of these tests' }),
      },
    ],
    jwks: { keys: [key] },
    cookies: {
      keys: ['only for tests'],
      // All of 127.0.0.1 has one jar.
      names: { session: `${name}-session${tenant ?? ''}`, interaction: `${name}-interaction`, resume: `${name}-resume` },
    },
    scopes: ['openid', ...Object.keys(shape.claims).filter((scope) => shape.claims[scope])],
    claims: { openid: ['sub'], ...shape.claims },
    conformIdTokenClaims: shape.onlyUserInfo ?? false,
    acrValues: shape.acrValues ?? [],
    extraParams: shape.extraParams ?? [],
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    // Its own refuses addresses like these.
    fetch: (address, { dispatcher: _dispatcher, ...options }) => fetch(address, options),
    interactions: { url: (_ctx, interaction) => `${folder}/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...shape.person(everybody(tenant)[id], tenant) }) }),
    // Whoever identifies has agreed.
    loadExistingGrant: async (ctx) => {
      const { client, session, params } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(params.scope);
      grant.addOIDCClaims([...ctx.oidc.requestParamClaims]);
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  provider.on('backchannel.error', (_ctx, error) => console.error('back-channel logout', error.message));
  for (const event of ['authorization.error', 'grant.error', 'userinfo.error', 'end_session.error']) {
    provider.on(event, (_ctx, error) => console.error(event, error.message, error.error_description, error.error_detail));
  }
  return provider;
}

/** Who has an account, by the name that the provider's pages call them by. */
function everybody(tenant) {
  return tenant ? shape.tenants[tenant].people : (shape.people ?? people);
}

let mounted;
function mount() {
  const key = newKey();
  mounted = folders.map((folder) => {
    const provider = start(folder, key);
    return { folder, provider, handle: provider.callback() };
  });
}
mount();

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(Number(port), '127.0.0.1');

async function answer(request, response) {
  const { pathname } = new URL(request.url, origin);
  // What a test tells it, beside what any provider has.
  if (pathname === '/test/rotate-keys' && request.method === 'POST') {
    mount();
    return response.writeHead(204).end();
  }
  if (pathname === '/test/requests') {
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(requests));
  }
  // A browser's own idea.
  if (pathname === '/favicon.ico') return response.writeHead(204).end();
  requests[pathname] = (requests[pathname] ?? 0) + 1;
  const found = mounted.find(({ folder }) => pathname.startsWith(folder));
  if (!found) return response.writeHead(404).end();
  const { folder, handle } = found;
  if (pathname.slice(folder.length).startsWith('/interaction/')) return interact(request, response, found);
  // A path of the issuer's is a folder that the library is mounted in.
  if (folder) {
    request.originalUrl = request.url;
    request.url = request.url.slice(folder.length) || '/';
  }
  return handle(request, response);
}

/** The page on which a person identifies, and what it sends back. */
async function interact(request, response, { folder, provider }) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    const asked = ['acr_values', 'claims', 'scope', 'ui_locales', ...(shape.extraParams ?? [])]
      .filter((parameter) => params[parameter])
      .map((parameter) => `<dt>${parameter}</dt><dd>${escaped(params[parameter])}</dd>`);
    const choices = Object.entries(everybody(shape.tenants && folder.split('/')[1])).map(
      ([id, { name: person }], index) =>
        `<label><input type="radio" name="person" value="${id}"${index ? '' : ' checked'}> ${person}</label><br>`,
    );
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><html lang="en">
<title>${shapeName}</title><h1>Identify</h1><dl>${asked.join('')}</dl>
<form method="post">${choices.join('')}
<button name="answer" value="yes">Identify</button> <button name="answer" value="no">Cancel</button></form></html>`);
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  if (form.get('answer') !== 'yes') {
    const cancelled = { error: 'access_denied', error_description: 'the person cancelled' };
    return provider.interactionFinished(request, response, cancelled, { mergeWithLastSubmission: false });
  }
  const level = typeof shape.level === 'function' ? shape.level(params) : shape.level;
  const login = { accountId: form.get('person'), ...level };
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

function escaped(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
