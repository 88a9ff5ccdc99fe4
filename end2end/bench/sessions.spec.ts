import { test } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databases, Postgres } from '../support/postgres.ts';
import { programs } from '../support/program.ts';
import { Results } from './results.ts';
import { command } from './transfer.ts';

/** Sessions that are alive. */
const sessions = 100_000;

/** What `crates/portal/examples/sessions.rs` prints. */
type LookUps = { what: keyof typeof names; readers: number; notes_use: boolean; p99_us: number };

const names = {
  nothing: 'an empty question',
  recipient: "a recipient's session",
  data: "what a recipient's session holds",
  staff: "a staff member's session",
};

test('sessions', async ({}, testInfo) => {
  const results = new Results();
  await measure(results, 'SQLite', []);
  const postgres = await Postgres.create();
  try {
    await measure(results, 'PostgreSQL', [postgres.address(databases.portal), postgres.address(databases.vault)]);
  } finally {
    await postgres.stop();
  }
  await results.handIn(testInfo);
});

/** Looks up among so many sessions in new databases. */
async function measure(results: Results, database: string, addresses: string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'postvalv-sessions-'));
  try {
    const printed = await command(path.join(programs, 'examples/sessions'), [String(sessions), folder, ...addresses]);
    for (const line of printed.trim().split('\n')) {
      const { what, readers, notes_use, p99_us } = JSON.parse(line) as LookUps;
      const noted = notes_use ? ' and its use noted' : '';
      const name = `${database}, ${names[what]}${noted}, ${readers === 1 ? 'one reader' : `${readers} readers`}, p99`;
      // An empty question is the yardstick, and what waits for the disk is no look-up alone.
      const target = what === 'nothing' || notes_use ? undefined : ({ at: 'most', value: 1 } as const);
      results.add(name, p99_us / 1000, 'ms', target);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
