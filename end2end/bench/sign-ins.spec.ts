import { expect, test } from '@playwright/test';
import { performance } from 'node:perf_hooks';
import { Installation } from '../support/installation.ts';
import { numbers, Person, type SignInTimes } from './person.ts';
import { percentile, Results } from './results.ts';

/** People who sign in at the same time. */
const people = 1000;

let installation: Installation;

test.beforeAll(async () => {
  installation = await Installation.start({ systemClock: true, behindProxy: true });
});

test.afterAll(async () => {
  await installation?.stop();
});

test('sign-ins at once', async ({}, testInfo) => {
  const results = new Results();
  // Each from an address of their own, in the network that is set aside for measuring (RFC 2544).
  const address = (index: number) => `198.18.${index >> 8}.${index & 255}`;
  const everybody = numbers(people).map((personnummer, index) => new Person(installation, personnummer, address(index)));
  const errors = new Map<string, number>();
  const note = (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    errors.set(text, (errors.get(text) ?? 0) + 1);
  };

  // First everybody stands at BankID's page, then everybody approves: so all are under way at once.
  const begun = await Promise.all(everybody.map((person) => person.begin().then(() => person, note)));
  const waiting = begun.filter((person) => person instanceof Person);
  const approving = performance.now();
  const finished = await Promise.all(waiting.map((person) => person.finish().catch(note)));
  const seconds = (performance.now() - approving) / 1000;
  const times = finished.filter((times): times is SignInTimes => times !== undefined);

  for (const [error, count] of errors) console.log(`${count} × ${error}`);
  results.add(`sign-ins at once that failed, of ${people}`, people - times.length, '', { at: 'most', value: 0 });
  const add = (name: string, of: (times: SignInTimes) => number) => {
    for (const [label, share] of [['median', 0.5], ['p99', 0.99]] as const) {
      results.add(`${name}, ${label}`, percentile(times.map(of), share) / 1000, 's');
    }
  };
  add("a sign-in without the person's own time", ({ begin, finish }) => begin + finish);
  add("of that the portal's answer to the button", ({ start }) => start);
  add("of that the portal's callback", ({ callback }) => callback);
  results.add('from the first approval to the last inbox', seconds, 's');
  await results.handIn(testInfo);
  expect(times.length, 'somebody got in').toBeGreaterThan(0);
});
