// A BankID client that is not ours, npm `bankid`, against the simulator: what it takes for BankID, our bridge may too.
//
// Needs the built `bankid-simulator` in POSTVALV_PROGRAMS (target/debug unless given) and `npm ci` here.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BankIdClientV6 } from 'bankid';

const here = path.dirname(fileURLToPath(import.meta.url));
const program = path.join(process.env.POSTVALV_PROGRAMS ?? path.join(here, '../../target/debug'), 'bankid-simulator');
const alma = '200001012384';

const folder = mkdtempSync(path.join(tmpdir(), 'bankid-client-'));
let simulator;
let phone;
let client;
let apiAddress;
const orders = new Map();

/** Two ports that nobody uses right now. */
async function freePorts() {
  const servers = [createServer(), createServer()];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) await once(server.close(), 'close');
  return ports;
}

/** The client with its address and certificates pointed at the simulator. */
function clientWith(agent) {
  const pointed = new BankIdClientV6({
    production: false,
    ca: path.join(folder, 'ca/authority.pem'),
    refreshInterval: 1000,
    // The client's own cache keeps a timer of a minute for each order, and the process with it.
    qrOptions: { customCache: { get: async (key) => orders.get(key), set: async (key, value) => void orders.set(key, value) } },
  });
  pointed.axios.defaults.baseURL = apiAddress;
  pointed.axios.defaults.proxy = false;
  if (agent) pointed.axios.defaults.httpsAgent = agent;
  return pointed;
}

before(async () => {
  const [phonePort, apiPort] = await freePorts();
  phone = `http://127.0.0.1:${phonePort}`;
  apiAddress = `https://127.0.0.1:${apiPort}/rp/v6.0/`;
  writeFileSync(
    path.join(folder, 'simulator.toml'),
    `mode = "development"
     origin = "${phone}"
     [listen]
     address = "127.0.0.1:${phonePort}"
     [api]
     address = "127.0.0.1:${apiPort}"
     certificates = "ca"`,
  );
  simulator = spawn(program, ['--config', 'simulator.toml'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SIMULATOR__LOG__FILTER: 'warn' },
  });
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (simulator.exitCode !== null || Date.now() > deadline) throw new Error('the simulator did not start');
    const answer = await fetch(`${phone}/healthz`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const file = (name) => readFileSync(path.join(folder, 'ca', name));
  client = clientWith(new https.Agent({ cert: file('client.pem'), key: file('client.key.pem'), ca: file('authority.pem') }));
});

beforeEach(() => control('DELETE', 'behaviour'));

after(async () => {
  if (simulator && simulator.exitCode === null) {
    simulator.kill('SIGTERM');
    await once(simulator, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** What the person does on the phone, or how BankID is to misbehave. */
async function control(method, where, body) {
  const answer = await fetch(`${phone}/control/${where}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${where}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

const identify = (more = {}) => client.authenticate({ endUserIp: '192.0.2.1', ...more });

async function refusedWith(call, code) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, 'BankIdError');
    assert.equal(error.code, code);
    return true;
  });
}

test('somebody identifies by the QR code that the client makes', async () => {
  const order = await identify({ userVisibleData: '# Hej', userVisibleDataFormat: 'simpleMarkdownV1', returnRisk: true });
  assert.match(order.orderRef, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.ok(order.autoStartToken && order.qrStartToken && order.qrStartSecret);
  let collected = await client.collect({ orderRef: order.orderRef });
  assert.deepEqual(collected, { orderRef: order.orderRef, status: 'pending', hintCode: 'outstandingTransaction' });

  const { value: qr } = await order.qr.nextQr(order.orderRef, { maxCycles: 1 }).next();
  const scanned = await control('POST', 'scan', { qr });
  assert.equal(scanned.orderRef, order.orderRef);
  assert.equal(scanned.text, '# Hej');
  collected = await client.collect({ orderRef: order.orderRef });
  assert.equal(collected.hintCode, 'userSign');

  await control('POST', `orders/${order.orderRef}/approve`, { personnummer: alma });
  collected = await client.collect({ orderRef: order.orderRef });
  assert.equal(collected.status, 'complete');
  const { user, device, risk, signature, ocspResponse, bankIdIssueDate } = collected.completionData;
  assert.deepEqual(user, { personalNumber: alma, name: 'Alma Exempelsson', givenName: 'Alma', surname: 'Exempelsson' });
  assert.equal(device.ipAddress, '192.0.2.1');
  assert.ok(risk === 'low' && signature && ocspResponse && bankIdIssueDate);
  await refusedWith(client.collect({ orderRef: order.orderRef }), 'invalidParameters');
});

test('the client waits for the person by itself', async () => {
  const order = await identify();
  const waited = client.awaitPendingCollect(order.orderRef);
  await control('POST', 'open', { autoStartToken: order.autoStartToken });
  await control('POST', `orders/${order.orderRef}/approve`, { personnummer: alma });
  assert.equal((await waited).completionData.user.personalNumber, alma);
});

test('somebody signs a text', async () => {
  const order = await client.sign({ endUserIp: '192.0.2.1', userVisibleData: 'Jag godkänner.', userNonVisibleData: 'x' });
  await control('POST', `orders/${order.orderRef}/approve`, { personnummer: alma });
  assert.equal((await client.collect({ orderRef: order.orderRef })).status, 'complete');
});

test('the relying party cancels', async () => {
  const order = await identify();
  await client.cancel({ orderRef: order.orderRef });
  await refusedWith(client.collect({ orderRef: order.orderRef }), 'invalidParameters');
  await refusedWith(client.cancel({ orderRef: order.orderRef }), 'invalidParameters');
});

test('the person cancels', async () => {
  const order = await identify();
  await control('POST', `orders/${order.orderRef}/open`);
  await control('POST', `orders/${order.orderRef}/cancel`);
  const collected = await client.collect({ orderRef: order.orderRef });
  assert.deepEqual(collected, { orderRef: order.orderRef, status: 'failed', hintCode: 'userCancel' });
});

for (const hintCode of [
  'expiredTransaction',
  'certificateErr',
  'userCancel',
  'cancelled',
  'startFailed',
  'mrtdVerificationFailed',
  'facialRecognitionFailed',
  'nfcNotSupportedByDevice',
  'multipleBankIdsOnDevice',
  'stepUpFailed',
  'userDeclinedCall',
  'notSupportedByUserApp',
]) {
  test(`an order fails with ${hintCode}`, async () => {
    const order = await identify();
    await control('POST', `orders/${order.orderRef}/fail`, { hintCode });
    const collected = await client.collect({ orderRef: order.orderRef });
    assert.deepEqual([collected.status, collected.hintCode], ['failed', hintCode]);
  });
}

for (const [status, code] of [
  [400, 'alreadyInProgress'],
  [400, 'invalidParameters'],
  [401, 'unauthorized'],
  [404, 'notFound'],
  [408, 'requestTimeout'],
  [500, 'internalError'],
  [503, 'Maintenance'],
]) {
  test(`a call is refused with ${code}`, async () => {
    await control('PUT', 'behaviour', { refuse: { status, error_code: code, times: 1 } });
    await refusedWith(identify(), code);
    await identify();
  });
}

test('two orders for one person cancel each other', async () => {
  const requirement = { personalNumber: '200001012392' };
  const first = await identify({ requirement });
  await refusedWith(identify({ requirement }), 'alreadyInProgress');
  const collected = await client.collect({ orderRef: first.orderRef });
  assert.deepEqual([collected.status, collected.hintCode], ['failed', 'cancelled']);
});

test('a parameter that is wrong is refused', async () => {
  await refusedWith(identify({ endUserIp: 'here' }), 'invalidParameters');
  await refusedWith(identify({ userVisibleData: 'a'.repeat(1_200) }), 'invalidParameters');
  await refusedWith(identify({ unheardOf: true }), 'invalidParameters');
});

test('a certificate of another authority gets no answer', async () => {
  // Without an agent of ours the client uses the certificate of BankID's own test environment.
  await assert.rejects(clientWith().authenticate({ endUserIp: '192.0.2.1' }), { name: 'RequestError' });
});
