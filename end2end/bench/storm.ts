import { performance } from 'node:perf_hooks';
import { admin } from '../support/staff.ts';
import { ask, ownForm } from './visitor.ts';

/** What became of the tries. */
export type Storm = {
  /** Tries a second, as they were sent. */
  rate: number;
  /** How many were answered with each status. */
  statuses: Map<number, number>;
  /** Milliseconds until those were answered that were turned away at once. */
  turnedAway: number[];
};

/** How often a handful of tries is sent, in milliseconds. */
const beat = 10;
/** The page for a wrong password: this one was looked at. */
export const lookedAt = 401;

/** Tries wrong passwords at a steady rate, however slowly they are answered, until `work` is done; each from the network address that `from` gives. */
export async function during<T>(
  work: () => Promise<T>,
  address: string,
  perSecond: number,
  from: () => string,
): Promise<{ storm: Storm; done: T }> {
  const storm: Storm = { rate: 0, statuses: new Map(), turnedAway: [] };
  const pending = new Set<Promise<void>>();
  const began = performance.now();
  let tried = 0;
  const send = async (number: number) => {
    // Every other try is at an account that exists.
    const email = number % 2 ? admin.email : `nagon-${number}@exempelkommunen.example`;
    const form = new URLSearchParams({ email, password: `gissning nummer ${number}` });
    const sent = performance.now();
    const { status } = await ask('POST', address, { ...ownForm, 'x-forwarded-for': from() }, form.toString());
    storm.statuses.set(status, (storm.statuses.get(status) ?? 0) + 1);
    if (status !== lookedAt) storm.turnedAway.push(performance.now() - sent);
  };
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) / 1000) * perSecond; tried < due; tried += 1) {
      const sending: Promise<void> = send(tried)
        .catch(() => void storm.statuses.set(0, (storm.statuses.get(0) ?? 0) + 1))
        .finally(() => pending.delete(sending));
      pending.add(sending);
    }
  }, beat);
  try {
    return { storm, done: await work() };
  } finally {
    clearInterval(timer);
    storm.rate = tried / ((performance.now() - began) / 1000);
    // Those that wait for their turn are answered too, so that what comes next meets a quiet portal.
    await Promise.all(pending);
  }
}
