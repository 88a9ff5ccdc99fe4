import { test } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databases, Postgres } from '../support/postgres.ts';
import { programs } from '../support/program.ts';
import { Results } from './results.ts';
import { command } from './transfer.ts';

/** Documents that fall due at one instant. */
const documents = Number(process.env.BENCH_DOCUMENTS ?? 1_000_000);

/** A line that `crates/portal/examples/purge` prints; what ends in a unit is told in it. */
type Figure = { what: string; value: number };

/** What figures are to be, by their names. */
const targets: Record<string, { at: 'least' | 'most'; value: number }> = {
  'documents that could be read at the instant of their end': { at: 'most', value: 0 },
  'documents left': { at: 'most', value: 0 },
  'keys destroyed, a second': { at: 'least', value: 20_000 },
  'peak resident memory, MiB': { at: 'most', value: 200 },
  'p99 during the purge ÷ in the calm': { at: 'most', value: 2 },
  'what its row in the audit log adds to a read of 256 KiB, %': { at: 'most', value: 10 },
  'what its row in the audit log adds to a read of 1024 KiB, %': { at: 'most', value: 10 },
  'what its row in the audit log adds to a read of 4096 KiB, %': { at: 'most', value: 10 },
  'verifying a million rows, s': { at: 'most', value: 5 },
};

test('purge', async ({}, testInfo) => {
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

/** Lets so many documents fall due in new databases. */
async function measure(results: Results, database: string, addresses: string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'postvalv-purge-'));
  try {
    const printed = await command(path.join(programs, 'examples/purge'), [String(documents), folder, ...addresses]);
    for (const line of printed.trim().split('\n')) {
      const { what, value } = JSON.parse(line) as Figure;
      const [, name = what, unit = ''] = /^(.*), (ms|s|MiB|%)$/.exec(what) ?? [];
      results.add(`${database}, ${name}`, value, unit, targets[what]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
