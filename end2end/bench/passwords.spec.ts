import { expect, test } from '@playwright/test';
import { Installation, people } from '../support/installation.ts';
import { Random } from '../support/random.ts';
import { Sender } from '../support/sender.ts';
import { admin, choosePassword, inviteAdmin, organisation } from '../support/staff.ts';
import { signIn } from './person.ts';
import { median, percentile, Results } from './results.ts';
import { during, lookedAt, type Storm } from './storm.ts';
import { command } from './transfer.ts';
import { ask } from './visitor.ts';

/** Wrong passwords a second. */
const perSecond = 500;
/** Bytes of the document that is read. */
const size = 256 * 1024;
/** People who read at the same time, each the next as soon as the one before is there. */
const readers = 8;
/** Seconds of reading in each turn. */
const seconds = 3;
/** Seconds from the beginning of a storm until reading is measured: then as many wait as may. */
const beforehand = 1;
const rounds = 4;

let tries = 0;
/** Where the tries come from: each from an address that nobody came from before, or all from one. */
const storms = [
  { name: 'from everywhere', from: () => networkAddress((tries += 1)) },
  { name: 'from one address', from: () => '203.0.113.7' },
];

let installation: Installation;

test.beforeAll(async () => {
  installation = await Installation.start({ systemClock: true, behindProxy: true });
});

test.afterAll(async () => {
  await installation?.stop();
});

test('a storm of passwords', async ({ page }, testInfo) => {
  const results = new Results();
  await page.goto(await inviteAdmin(installation));
  await choosePassword(page, admin.password);
  await page.getByRole('button', { name: 'Fortsätt' }).click();
  await expect(page.getByRole('heading', { name: 'Skydda kontot med koder från en app' })).toBeVisible();
  // A page that is open asks the portal how long its session lasts.
  await page.close();

  const { document, cookie } = await sendAndSignIn();
  const turns = storms.map(() => [] as Turn[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { from }] of storms.entries()) {
      const calm = await read(document, cookie);
      turns[index]!.push({ calm, ...(await readInStorm(document, cookie, from)) });
    }
  }

  add(results, 'reading in the calm', turns.flat().map(({ calm }) => calm));
  for (const [index, { name }] of storms.entries()) {
    const turnsOfStorm = turns[index]!;
    tell(results, `wrong passwords ${name}`, turnsOfStorm);
    add(results, `reading, storm ${name}`, turnsOfStorm.map(({ stormy }) => stormy));
    // Of neighbours in time, so that both met the same machine.
    const slowdown = turnsOfStorm.map(({ calm, stormy }) => calm.rate / stormy.rate);
    results.add(`reading, calm ÷ storm ${name}`, median(slowdown), '', { at: 'most', value: 2 });
  }
  await results.handIn(testInfo);
});

/** What wrk says of reading: documents a second, and milliseconds that one takes. */
type Reading = { rate: number; p50: number; p99: number };
/** Reading in the calm, and right after it in a storm. */
type Turn = { calm: Reading; stormy: Reading; storm: Storm };

/** Sends somebody a document; gives its address, and the cookie of their session. */
async function sendAndSignIn(): Promise<{ document: string; cookie: string }> {
  const sender = new Sender(installation);
  await sender.signIn();
  const sent = await sender.send({
    key: 'the-document-that-is-read',
    title: 'Beslut',
    retentionDays: 14,
    recipients: [people.first],
    documents: [{ name: 'beslut.bin', bytes: new Random(1).bytes(size) }],
  });
  if (sent.kind !== 'receipt') throw new Error(`the document was not sent: ${sent.kind}`);
  const cookie = await signIn(installation, people.first);
  const { body } = await ask('GET', `${installation.address}/cases/${sent.receipt.deliveries[0]?.case_id}`, { cookie });
  const path = /\/documents\/[0-9a-f-]{36}/.exec(body)?.[0];
  if (!path) throw new Error('the case shows no document');
  return { document: `${installation.address}${path}/content?download`, cookie };
}

async function read(document: string, cookie: string): Promise<Reading> {
  const address = document.replace('localhost', '127.0.0.1');
  const wrk = await command('wrk', [`-c${readers}`, '-t1', `-d${seconds}s`, '--latency', '-H', `Cookie: ${cookie}`, address]);
  expect(wrk).not.toMatch(/Non-2xx|Socket errors/);
  const scale = { us: 0.001, ms: 1, s: 1000 } as const;
  const took = (share: string) => {
    const [, value, unit] = new RegExp(`^\\s+${share}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(wrk) ?? [];
    return Number(value) * scale[unit as keyof typeof scale];
  };
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(wrk)?.[1]), p50: took('50'), p99: took('99') };
}

async function readInStorm(document: string, cookie: string, from: () => string): Promise<Omit<Turn, 'calm'>> {
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, beforehand * 1000));
    return read(document, cookie);
  };
  const address = `${installation.address}/staff/sign-in/${organisation}`;
  const { storm, done } = await during(work, address, perSecond, from);
  return { storm, stormy: done };
}

/** An address in the network that is set aside for measuring (RFC 2544). */
function networkAddress(number: number): string {
  return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

function add(results: Results, name: string, readings: Reading[]): void {
  results.add(name, median(readings.map(({ rate }) => rate)), 'documents/s');
  results.add(`${name}, one document, median`, median(readings.map(({ p50 }) => p50)), 'ms');
  results.add(`${name}, one document, p99`, median(readings.map(({ p99 }) => p99)), 'ms');
}

/** What became of the tries. */
function tell(results: Results, name: string, turns: Turn[]): void {
  const storms = turns.map(({ storm }) => storm);
  results.add(name, median(storms.map(({ rate }) => rate)), 'tries/s');
  const words = new Map([
    [lookedAt, 'looked at'],
    [503, 'told at once that it is busy'],
    [429, 'told at once that it is too often'],
    [0, 'not answered'],
  ]);
  const statuses = new Map<number, number>();
  for (const storm of storms) {
    for (const [status, count] of storm.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  for (const [status, count] of [...statuses].sort()) results.add(`${name}, ${words.get(status) ?? `answered ${status}`}`, count, 'tries');
  results.add(`${name}, turned away, p99`, percentile(storms.flatMap(({ turnedAway }) => turnedAway), 0.99), 'ms');
}
