import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { programs } from './program.ts';

/** A raw copy of everything that stores: both databases with their logs, the blobs, and the provider's secrets. */
export class Copies {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'postvalv-copies-'));

  private constructor() {}

  static take(installation: string): Copies {
    const copies = new Copies();
    cpSync(path.join(installation, 'var'), copies.folder, { recursive: true });
    return copies;
  }

  get provider(): string {
    return path.join(this.folder, 'keys');
  }

  /** All bytes of the databases and their logs, for what must never stand there in clear. */
  databaseBytes(): Buffer {
    const names = readdirSync(this.folder).filter((name) => /\.sqlite(-wal|-shm)?$/.test(name));
    return Buffer.concat(names.map((name) => readFileSync(path.join(this.folder, name))));
  }

  /** Everything that opens in this copy with the secrets in `provider`. Works on a copy of the copy. */
  open(provider: string): { kind: string; opened: string }[] {
    const scratch = mkdtempSync(path.join(tmpdir(), 'postvalv-examined-'));
    cpSync(this.folder, scratch, { recursive: true });
    const secrets = path.join(scratch, 'secrets');
    cpSync(provider, secrets, { recursive: true });
    const output = execFileSync(path.join(programs, 'examples/forensics'), [scratch, secrets], { encoding: 'utf8', maxBuffer: 1 << 28 });
    return output.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }
}
