import { expect, test, type Browser } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Installation, people } from '../support/installation.ts';
import { Random } from '../support/random.ts';
import { Reader } from '../support/reader.ts';
import { Sender, type Draft, type Outcome, type Receipt } from '../support/sender.ts';

const rounds = 8;
const purgeEvery = 4;
/** Some more than the five minutes after which an upload that has gone silent may be cleared away. */
const lease = 5 * 60 * 1000 + 1000;

/** A message that the portal gave a receipt for; `documents` are their ids, in order. */
type Acknowledged = { draft: Draft; receipt: Receipt; documents: string[] };

let installation: Installation;

test.beforeAll(async () => {
  installation = await Installation.start();
});

test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) await info.attach('portal.log', { path: installation.portal.log });
});

test.afterAll(async () => {
  await installation.stop();
});

test('killed at random moments, the portal keeps what it acknowledged and nothing else', async ({ browser }) => {
  // A minute on an idle machine.
  test.setTimeout(180_000);
  const seed = Number(process.env.KILL_SEED ?? Date.now() % 2 ** 32);
  console.log(`the kills have the seed ${seed}; KILL_SEED=${seed} repeats them`);
  const story = await Story.begin(browser, new Random(seed));
  for (let round = 1; round <= rounds; round += 1) {
    await test.step(`round ${round}: killed while messages come`, () => story.sendUnderKills(round));
    await test.step(`round ${round}: what was acknowledged opens, and nothing else is there`, () => story.expectLiving());
    if (round % purgeEvery === 0) await test.step(`round ${round}: killed while purging`, () => story.purgeUnderKills());
    await test.step(`round ${round}: what was purged stays away`, () => story.expectPurged());
  }
  await test.step('the protocols tell of everything that was purged, once', () => story.expectProtocols());
  await test.step('every living message still opens', () => story.expectLiving());
  await test.step('nothing is left on the disk but living documents', () => story.expectNoRemains());
  console.log(story.summary());
});

/** One installation, what it has acknowledged, and what it has purged. */
class Story {
  private readonly sender = new Sender(installation);
  /** How far the clock is ahead of the system's. */
  private ahead = 0;
  /** What came of the kills, to be told at the end. */
  private readonly seen = { lostReceipts: 0, waited: 0 };
  private living: Acknowledged[] = [];
  private purged: Acknowledged[] = [];

  private constructor(
    private readonly random: Random,
    private readonly readers: Map<string, Reader>,
  ) {}

  static async begin(browser: Browser, random: Random): Promise<Story> {
    const readers = new Map<string, Reader>();
    for (const person of [people.first, people.second]) {
      readers.set(person, await Reader.signIn(browser, installation, person));
    }
    const story = new Story(random, readers);
    await story.sender.signIn();
    return story;
  }

  /** Sends several messages at once into one kill, or two; then sends each that got no receipt again, until it does. */
  async sendUnderKills(round: number): Promise<void> {
    let left = await this.sendUntilKilled(this.drafts(round));
    if (this.random.of([true, false])) {
      await this.moveClock(lease);
      left = await this.sendUntilKilled(left);
    }
    await this.sendAgain(left);
  }

  private drafts(round: number): Draft[] {
    return Array.from({ length: this.random.between(5, 8) }, (_, index) =>
      this.draft(`Round ${round}, message ${index + 1}`, index % 2 === 0 ? 1 : 30),
    );
  }

  private draft(title: string, retentionDays: number): Draft {
    const { random } = this;
    // A few bytes, about a chunk of the container, or many.
    const [least, most] = random.of([[1, 100], [65_000, 66_000], [65_000, 66_000], [100_000, 3_000_000]]);
    const documents = Array.from({ length: random.between(1, 4) }, (_, index) => ({
      name: `${index + 1}.bin`,
      bytes: random.bytes(random.between(least!, most!)),
    }));
    const recipients = random.of<string[]>([[people.first], [people.second], [people.first, people.second]]);
    const key = title.replaceAll(/\W+/g, '-');
    return { key, title, retentionDays, recipients, documents };
  }

  /**
   * Sends all at once, one of them only by half, and kills the portal a random moment after a random number of them is
   * through. Gives those that got no receipt.
   */
  private async sendUntilKilled(drafts: Draft[]): Promise<Draft[]> {
    const half = drafts[this.random.between(0, drafts.length - 1)]!;
    const visible = await this.isVisible(half);
    const enough = this.random.between(0, drafts.length - 1);
    const delay = this.random.between(0, 150);
    const { promise: reached, resolve: reach } = withResolvers();
    let through = 0;
    if (enough === 0) reach();
    const sends = drafts.map(async (draft) => {
      const outcome = await (draft === half ? this.sender.sendHalf(draft) : this.sender.send(draft));
      if ((through += 1) === enough) reach();
      return outcome;
    });
    const all = Promise.all(sends);
    await Promise.race([reached, all]);
    await pause(delay);
    await this.kill();
    const outcomes = await all;
    await this.restart();
    const left = drafts.filter((draft, index) => !this.acknowledge(draft, outcomes[index]!));
    expect(left, 'a message that was sent by half has no receipt').toContain(half);
    expect(await this.isVisible(half), `whether “${half.title}” is visible after half of it was sent`).toBe(visible);
    return left;
  }

  /**
   * Sends each again with its key. One that nobody saw before becomes visible now, and one that was stored though its
   * answer was lost gets its first receipt; one of which the portal has heard the beginning must wait for the lease.
   */
  private async sendAgain(drafts: Draft[]): Promise<void> {
    const visible = new Map<Draft, boolean>();
    for (const draft of drafts) visible.set(draft, await this.isVisible(draft));
    const first = await this.sendEach(drafts);
    const waiting = drafts.filter((_, index) => first[index]?.kind === 'still-receiving');
    if (waiting.length > 0) await this.moveClock(lease);
    this.seen.waited += waiting.length;
    this.seen.lostReceipts += [...visible.values()].filter(Boolean).length;
    const second = await this.sendEach(waiting);
    for (const [draft, outcome] of [...pairs(drafts, first), ...pairs(waiting, second)]) {
      if (outcome.kind === 'receipt') {
        expect(outcome.receipt.repeated, `“${draft.title}” is a repeat if it was visible`).toBe(visible.get(draft));
      }
      this.acknowledge(draft, outcome);
    }
    const acknowledged = new Set(this.living.map(({ draft }) => draft));
    const refused = drafts.filter((draft) => !acknowledged.has(draft)).map(({ title }) => title);
    expect(refused, 'messages that can’t be sent again though their lease is over').toEqual([]);
  }

  private sendEach(drafts: Draft[]): Promise<Outcome[]> {
    return Promise.all(drafts.map((draft) => this.sender.send(draft)));
  }

  /** Writes a receipt down. Says whether it is one. */
  private acknowledge(draft: Draft, outcome: Outcome): boolean {
    if (outcome.kind !== 'receipt') return false;
    this.living.push({ draft, receipt: outcome.receipt, documents: [] });
    return true;
  }

  /** Whether a message stands in its recipients' inboxes: once with all of them or with none. */
  private async isVisible(draft: Draft): Promise<boolean> {
    const counts = [];
    for (const person of draft.recipients) {
      const inbox = await this.readers.get(person)!.inbox();
      counts.push(inbox.filter(({ title }) => title === draft.title).length);
    }
    const everywhere = counts.every((count) => count === 1);
    if (!everywhere) expect(counts, `how often “${draft.title}” stands in each inbox`).toEqual(counts.map(() => 0));
    return everywhere;
  }

  /** Each inbox holds what was acknowledged to this person, once; and all of it opens, byte for byte. */
  async expectLiving(): Promise<void> {
    await this.eachReader(this.living, async (reader, person, mine) => {
      const expected = mine.map((message) => ({ case: caseOf(message, person), title: message.draft.title }));
      expect(byTitle(await reader.inbox()), 'the inbox').toEqual(byTitle(expected));
      for (const message of mine) await this.expectOpens(message, reader, caseOf(message, person));
    });
  }

  private async expectOpens(message: Acknowledged, reader: Reader, id: string): Promise<void> {
    const { title, documents } = message.draft;
    const shown = await reader.documents(id);
    expect(shown.map(({ name }) => name), `documents of “${title}”`).toEqual(documents.map(({ name }) => name));
    message.documents = shown.map((document) => document.id);
    const digests = await Promise.all(message.documents.map(async (document) => digest(await reader.content(document))));
    expect(digests, `content of “${title}”`).toEqual(documents.map(({ bytes }) => digest(bytes)));
  }

  /** Lets the messages with the shortest retention expire, and kills the portal three times while it purges them. */
  async purgeUnderKills(): Promise<void> {
    const due = this.living.filter(({ draft }) => draft.retentionDays === 1);
    this.living = this.living.filter((message) => !due.includes(message));
    this.purged.push(...due);
    const expiries = due.flatMap(({ receipt }) => receipt.deliveries.map((delivery) => Date.parse(delivery.expires_at)));
    await this.moveClock(Math.max(...expiries) + 1000 - (Date.now() + this.ahead));
    await this.killWhilePurging(due.flatMap(({ documents }) => documents));
    for (const most of [50, 500]) {
      // A round of jobs begins with the start.
      await pause(this.random.between(0, most));
      await this.kill();
      await this.restart();
    }
  }

  /** Kills at any moment between two rounds of jobs, or within milliseconds of the first blob's end. */
  private async killWhilePurging(documents: string[]): Promise<void> {
    const left = () => installation.blobs().filter((blob) => documents.includes(blob)).length;
    const [reached, most] = this.random.of([['anything', 2_500], ['the first blob’s end', 15]] as const);
    const delay = this.random.between(0, most);
    if (reached !== 'anything') {
      const begins = { message: 'the purge begins', intervals: [1], timeout: 15_000 };
      await expect.poll(left, begins).toBeLessThan(documents.length);
    }
    await pause(delay);
    await this.kill();
    console.log(`killed ${delay} ms after ${reached}, with ${left()} of ${documents.length} expired blobs left`);
    await this.restart();
  }

  /** Nobody opens what was purged; and the sender is told that it was, as soon as the jobs came round to it. */
  async expectPurged(): Promise<void> {
    await this.eachReader(this.purged, async (reader, person, mine) => {
      const titles = (await reader.inbox()).map(({ title }) => title);
      expect(titles.filter((title) => mine.some(({ draft }) => draft.title === title)), 'purged, in the inbox').toEqual([]);
      for (const message of mine) await this.expectGone(message, reader, caseOf(message, person));
    });
    for (const { draft, receipt } of this.purged) {
      const states = async () => new Set(await this.sender.states(receipt.id));
      const told = { message: `what the sender is told of “${draft.title}”`, timeout: 15_000 };
      await expect.poll(states, told).toEqual(new Set(['purged']));
    }
  }

  /** All protocols together have each purged message and document once; each holds, and follows on the one before. */
  async expectProtocols(): Promise<void> {
    const { stdout: organisations } = await installation.operate('organisation', 'list');
    const organisation = organisations.split(' ')[0]!;
    const keys = await (await fetch(`${installation.address}/.well-known/postvalv-signing-keys.json`)).text();
    writeFileSync(path.join(installation.folder, 'keys.json'), keys);
    const leaves = async () => {
      const { stdout: list } = await installation.operate('protocol', 'list', '--organisation', organisation);
      const numbers = list.trim().split('\n').map((line) => line.trim().split(' ')[0]!);
      const protocols = numbers.map((number) => ({ number, file: `protocol-${number}.json` }));
      const ids: string[] = [];
      for (const { number, file } of protocols) {
        const { stdout } = await installation.operate('protocol', 'show', '--organisation', organisation, '--number', number);
        writeFileSync(path.join(installation.folder, file), stdout);
        ids.push(...JSON.parse(stdout).leaves.map((leaf: string) => JSON.parse(leaf).id));
      }
      expect(numbers.map(Number).reverse(), 'the numbers of the protocols').toEqual(numbers.map((_, index) => index + 1));
      const files = protocols.map(({ file }) => file);
      await installation.succeed('postvalv', ['protocol', 'verify', '--keys', 'keys.json', ...files]);
      return ids.sort();
    };
    const purged = this.purged.flatMap(({ receipt, documents }) => [receipt.id, ...documents]).sort();
    await expect.poll(leaves, { message: 'what the protocols are over', timeout: 15_000 }).toEqual(purged);
  }

  private async expectGone({ draft, documents }: Acknowledged, reader: Reader, id: string): Promise<void> {
    const pages = documents.map((document) => `/documents/${document}`);
    const paths = [`/cases/${id}`, ...pages, ...pages.map((page) => `${page}/content`)];
    const answers = await Promise.all(paths.map(async (path) => [path, await reader.status(path)]));
    expect(answers, `“${draft.title}”, which was purged`).toEqual(paths.map((path) => [path, 404]));
  }

  /** What the kills led to, for whoever reads the output. */
  summary(): string {
    const { lostReceipts, waited } = this.seen;
    const stored = `${this.living.length} messages live, ${this.purged.length} are purged`;
    return `${stored}; ${lostReceipts} were stored though their receipt was lost, ${waited} had to wait for a lease`;
  }

  /** When every lease is over and the jobs have run, the blobs are those of the living documents, and no part of others. */
  async expectNoRemains(): Promise<void> {
    await this.moveClock(lease);
    const living = new Set(this.living.flatMap(({ documents }) => documents));
    const blobs = () => installation.blobs().sort();
    await expect.poll(blobs, { message: 'the blobs', timeout: 15_000 }).toEqual([...living].sort());
    const log = readFileSync(installation.portal.log, 'utf8');
    expect(log.split('\n').filter((line) => /ERROR|panicked/.test(line)), 'errors in the portal’s log').toEqual([]);
  }

  private async kill(): Promise<void> {
    await installation.portal.stop('SIGKILL');
  }

  private async restart(): Promise<void> {
    await installation.startPortal();
  }

  /** Moves the clock on. A token may be over by then. */
  private async moveClock(millis: number): Promise<void> {
    this.ahead += millis;
    installation.moveClock(this.ahead);
    await this.sender.signIn();
  }

  /** Does something for each reader, one after the other, with those of the messages that were sent to them. */
  private async eachReader(
    messages: Acknowledged[],
    work: (reader: Reader, person: string, mine: Acknowledged[]) => Promise<void>,
  ): Promise<void> {
    for (const [person, reader] of this.readers) {
      await work(reader, person, messages.filter(({ draft }) => draft.recipients.includes(person)));
    }
  }
}

/** A promise and what fulfils it. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

function pairs<A, B>(first: A[], second: B[]): [A, B][] {
  return first.map((item, index) => [item, second[index]!]);
}

/** The case that a message made for one of its recipients: receipts have them in the order of the request. */
function caseOf({ draft, receipt }: Acknowledged, person: string): string {
  return receipt.deliveries[draft.recipients.indexOf(person)]!.case_id;
}

function byTitle<T extends { title: string }>(entries: T[]): T[] {
  return [...entries].sort((one, other) => one.title.localeCompare(other.title));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
