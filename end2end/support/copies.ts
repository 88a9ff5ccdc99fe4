import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Installation } from './installation.ts';
import { databases, Postgres } from './postgres.ts';
import { programs } from './program.ts';

/** Something that opened. */
export type Opened = { kind: string; opened: string };

/** Something that opened, found by its bytes: in which files, and for a key the day for which it was wrapped. */
export type Remnant = Opened & { day: string | null; places: string[] };

/**
 * A raw copy of everything that stores: both databases with their logs (of PostgreSQL the whole data folder), the blobs,
 * and the provider's secrets.
 */
export class Copies {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'postvalv-copies-'));

  private constructor() {}

  static take(installation: Installation): Copies {
    const copies = new Copies();
    installation.postgres?.copy(copies.postgres);
    cpSync(path.join(installation.folder, 'var'), copies.folder, { recursive: true });
    return copies;
  }

  private get postgres(): string {
    return path.join(this.folder, 'postgres');
  }

  get provider(): string {
    return path.join(this.folder, 'keys');
  }

  /** All bytes of the databases and their logs, for what must never stand there in clear. */
  databaseBytes(): Buffer {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const ofDatabases = (file: string) => file.startsWith(this.postgres) || /\.sqlite(-wal|-shm)?$/.test(file);
    return Buffer.concat(files.filter(ofDatabases).map((file) => readFileSync(file)));
  }

  /** Everything that opens in this copy with the secrets in `provider`, of the databases' rows and of their files' bytes. */
  async open(provider: string): Promise<Opened[]> {
    return (await Promise.all([this.rows(provider), this.remnants(provider)])).flat();
  }

  /** What opens of the rows that the databases show when they are started on this copy. Works on a copy of the copy. */
  async rows(provider: string): Promise<Opened[]> {
    const scratch = mkdtempSync(path.join(tmpdir(), 'postvalv-examined-'));
    const server = existsSync(this.postgres) ? await Postgres.on(this.postgres) : undefined;
    try {
      cpSync(this.folder, scratch, { recursive: true, filter: (file) => file !== this.postgres });
      const secrets = path.join(scratch, 'secrets');
      cpSync(provider, secrets, { recursive: true });
      const addresses = server ? [server.address(databases.portal), server.address(databases.vault)] : [];
      return await lines('examples/forensics', [scratch, secrets, ...addresses]);
    } finally {
      await server?.stop();
      rmSync(scratch, { recursive: true });
    }
  }

  /** What opens of the bytes of all files in this copy, whatever the databases would still show of them. */
  remnants(provider: string): Promise<Remnant[]> {
    return lines('remnants', [this.folder, provider]);
  }

  /** The secrets in `provider`, and those of this copy for one day besides. */
  withSecretOf(day: string, provider: string): string {
    const secrets = path.join(mkdtempSync(path.join(this.folder, 'secrets-')), 'keys');
    cpSync(provider, secrets, { recursive: true });
    for (const name of readdirSync(path.join(this.provider, 'days'))) {
      if (name.startsWith(day)) cpSync(path.join(this.provider, 'days', name), path.join(secrets, 'days', name));
    }
    return secrets;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

async function lines<T>(program: string, args: string[]): Promise<T[]> {
  const { stdout } = await promisify(execFile)(path.join(programs, program), args, { maxBuffer: 1 << 28 });
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
