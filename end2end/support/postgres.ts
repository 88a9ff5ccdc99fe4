import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, Program, root } from './program.ts';

/** The two databases of an installation. */
export const databases = { portal: 'portal', vault: 'vault' } as const;

/** A PostgreSQL server of its own, as Debian sets it up, with its data in a folder that can be copied. */
export class Postgres {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly server: Program,
  ) {}

  /** Starts with two empty databases, and without the log of how PostgreSQL set itself up, which nobody has for long. */
  static async create(): Promise<Postgres> {
    const folder = mkdtempSync(path.join(tmpdir(), 'postvalv-postgres-'));
    const first = await Postgres.start(folder, '-c', 'wal_recycle=off');
    for (const name of Object.values(databases)) await first.run(`CREATE DATABASE ${name}`);
    await first.run('SELECT pg_switch_wal()');
    await first.run('CHECKPOINT');
    await first.server.stop('SIGINT');
    return Postgres.start(folder);
  }

  /** Starts on a raw copy of a data folder, which is recovered from its write-ahead log, as after a power cut. */
  static on(copy: string): Promise<Postgres> {
    const folder = mkdtempSync(path.join(tmpdir(), 'postvalv-postgres-'));
    cpSync(copy, path.join(folder, 'data'), { recursive: true });
    rmSync(path.join(folder, 'data/postmaster.pid'), { force: true });
    return Postgres.start(folder);
  }

  private static async start(folder: string, ...more: string[]): Promise<Postgres> {
    const port = await freePort();
    // Nothing is tidied away by itself, so that the examination meets the most.
    const options = ['-c', 'autovacuum=off', '-c', 'checkpoint_timeout=1h', ...more];
    const server = await Program.start('postgres', [folder, String(port), ...options], {
      folder,
      executable: path.join(root, 'scripts/postgres'),
      ready: () => query(port, 'SELECT 1').then(() => true, () => false),
    });
    return new Postgres(folder, port, server);
  }

  address(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs a statement as the server's administrator. */
  async run(statement: string): Promise<void> {
    await query(this.port, statement);
  }

  /** Copies the data folder as it lies there while the server runs: the log last, so that it covers all the rest. */
  copy(to: string): void {
    const data = path.join(this.folder, 'data');
    mkdirSync(to, { mode: 0o700 });
    const names = readdirSync(data).filter((name) => name !== 'pg_wal');
    for (const name of [...names, 'pg_wal']) cpSync(path.join(data, name), path.join(to, name), { recursive: true });
  }

  async stop(): Promise<void> {
    await this.server.stop('SIGINT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function query(port: number, statement: string): Promise<void> {
  const server = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  await promisify(execFile)('psql', [...server, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', statement]);
}
