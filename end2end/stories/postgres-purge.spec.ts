import { expect, test } from '@playwright/test';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Copies, type Opened, type Remnant } from '../support/copies.ts';
import { Installation, people } from '../support/installation.ts';
import { Postgres } from '../support/postgres.ts';
import { Reader } from '../support/reader.ts';

const day = 24 * 60 * 60 * 1000;
/** Expires after a week. */
const passing = {
  title: 'Beslut om hemtjänst',
  // So long that PostgreSQL stores it outside its row, in several chunks.
  body: 'Kanariefågeln sitter i texten. '.repeat(200),
  fileName: 'beslut-hemtjanst.txt',
  content: 'Kanariefågeln sitter i dokumentet.',
  retentionDays: 7,
};
/** Lives on when the story ends. */
const lasting = {
  title: 'Beslut om färdtjänst',
  body: 'Det gäller tills vidare.',
  fileName: 'beslut-fardtjanst.txt',
  content: 'Du får åka.',
  retentionDays: 30,
};
/** Taken back at once, with a month to go. */
const revoked = {
  title: 'Beslut till fel person',
  body: 'Det här skulle någon annan ha.',
  fileName: 'beslut-fel.txt',
  content: 'Inte ditt.',
  retentionDays: 30,
};
type Message = typeof passing;
/** What the simulated BankID calls the first person. */
const name = 'Alma Exempelsson';

let postgres: Postgres;
let installation: Installation;
const taken: Copies[] = [];

test.beforeAll(async () => {
  postgres = await Postgres.create();
  installation = await Installation.start({ postgres, retentionCeilingDays: 40 });
});

test.afterAll(async () => {
  await installation?.stop();
  await postgres?.stop();
  for (const copies of taken) copies.remove();
});

test('on PostgreSQL, what was purged opens in no raw copy, from before or after', async ({ browser }) => {
  // Most of it is trying keys: less than a minute on an idle machine with two cores.
  const sent = await send(passing, people.first, people.second);
  const kept = await send(lasting, people.second);
  const mistake = await send(revoked, people.second);
  const reader = await Reader.signIn(browser, installation, people.first);
  expect((await reader.inbox()).map(({ title }) => title)).toEqual([passing.title]);
  await installation.valv(['revoke', mistake]);
  await expect(async () => expect(await states(mistake)).toEqual(['purged'])).toPass({ timeout: 20_000 });

  const beforeCheckpoint = take();
  await postgres.run('CHECKPOINT');
  const before = take();

  const alive = [...canaries(passing), ...canaries(lasting), people.first, people.second, name];
  let passingDay = '';
  let lastingDay = '';
  await test.step('before, everything opens in copies from either side of a checkpoint', async () => {
    for (const [copies, place] of [[beforeCheckpoint, 'postgres/pg_wal/'], [before, 'postgres/base/']] as const) {
      const [rows, remnants] = await Promise.all([copies.rows(copies.provider), copies.remnants(copies.provider)]);
      expectAll(rows, alive);
      expectNone(rows, canaries(revoked));
      expectAll(remnants.filter(isFoundIn(place, 'blobs/')), alive);
      // Of what was taken back, the databases show nothing, but in their files it lies as if nothing had happened.
      expectAll(remnants.filter(isFoundIn(place)), [revoked.title, revoked.body, revoked.fileName]);
      // The key of the second person was wrapped for the first message's day, and again for the second's.
      passingDay = dayOf(remnants, `message ${sent}`);
      lastingDay = dayOf(remnants, `message ${kept}`);
      const days = remnants.filter(isFoundIn(place)).filter(({ opened }) => opened.startsWith('recipient'));
      expect(days.map((key) => key.day).sort()).toEqual([passingDay, passingDay, lastingDay]);
    }
    const bytes = before.databaseBytes();
    for (const canary of [...alive, ...canaries(revoked)]) expect(bytes.includes(canary), canary).toBe(false);
  });

  await test.step('a day later, what was taken back opens no more, and what lives in its day does', async () => {
    installation.moveClock(day);
    await expect.poll(() => existsSync(secret(lastingDay, 1)), { timeout: 20_000 }).toBe(false);
    const compacted = take();
    const remnants = await compacted.remnants(compacted.provider);
    expectAll(remnants, alive);
    expectNone(remnants, canaries(revoked));
    expectNone(await before.remnants(compacted.provider), canaries(revoked));
  });

  await test.step('after the purge and the end of the day, nothing of it opens', async () => {
    installation.moveClock(10 * day);
    await expect(async () => expect(await states(sent)).toEqual(['purged', 'purged'])).toPass({ timeout: 20_000 });
    await expect.poll(() => existsSync(secret(passingDay, 1)), { timeout: 20_000 }).toBe(false);
    await postgres.run('CHECKPOINT');
    const after = take();
    for (const copies of [beforeCheckpoint, before]) {
      expect(await copies.open(after.provider), 'what the old copies give with the secrets that are left').toEqual([]);
    }
    const left = await after.open(after.provider);
    expectAll(left, [...canaries(lasting), people.second]);
    expectNone(left, [...canaries(passing), ...canaries(revoked), people.first, name]);

    // It is the day's secret that made the difference, and nothing else: with it, all opens again in the old copies, and
    // what the new one still has of it too.
    const restored = before.withSecretOf(passingDay, after.provider);
    // The second person too, by the key that their row had before the second message.
    const again = [...canaries(passing), people.first, name];
    expectAll(await before.rows(restored), again);
    expectAll(await beforeCheckpoint.remnants(restored), [...again, people.second]);
    expectAll(await after.remnants(restored), [passing.title, passing.body, passing.fileName, people.first, name]);
    expectNone(await after.rows(restored), [...canaries(passing), people.first, name]);
  });
});

/** Sends a message with `valv` and gives its id. */
async function send(message: Message, ...to: string[]): Promise<string> {
  const { title, body, fileName, content, retentionDays } = message;
  writeFileSync(path.join(installation.folder, fileName), content);
  const text = ['--title', title, '--body', body, '--retention-days', String(retentionDays)];
  const sent = await installation.valv(['send', '--json', '--to', '-', ...text, fileName], to.join('\n'));
  return JSON.parse(sent.stdout).id;
}

async function states(message: string): Promise<string[]> {
  const status = JSON.parse((await installation.valv(['status', '--json', message])).stdout);
  return status.deliveries.map((delivery: { state: string }) => delivery.state);
}

function take(): Copies {
  const copies = Copies.take(installation);
  taken.push(copies);
  return copies;
}

/** The file of a day's secret. */
function secret(name: string, version: number): string {
  return path.join(installation.folder, `var/keys/days/${name}-v${version}.key`);
}

/** What a message's texts and document look like when they were opened. */
function canaries({ title, body, fileName, content }: Message): string[] {
  return [title, body, fileName, Buffer.from(content).toString('hex')];
}

function expectAll(opened: Opened[], canaries: string[]): void {
  const texts = opened.map((found) => found.opened);
  for (const canary of canaries) expect(texts, `“${canary}”`).toContain(canary);
}

function expectNone(opened: Opened[], canaries: string[]): void {
  const texts = opened.map((found) => found.opened);
  for (const canary of canaries) expect(texts, `“${canary}”`).not.toContain(canary);
}

function isFoundIn(...folders: string[]): (remnant: Remnant) => boolean {
  return ({ places }) => places.some((place) => folders.some((folder) => place.startsWith(folder)));
}

/** The day for which a key was wrapped. */
function dayOf(remnants: Remnant[], owner: string): string {
  return remnants.find(({ kind, opened }) => kind === 'key' && opened === owner)?.day ?? '';
}
