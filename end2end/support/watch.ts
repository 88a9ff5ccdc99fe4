import { expect } from '@playwright/test';
import { rmSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Tells the watch that it has come to now. */
const mark = 'until-now';

/** Watches a folder for whatever is in it, however briefly. A file that never has a name is not seen. */
export class Watch {
  private readonly seen = new Set<string>();
  private readonly watcher: FSWatcher;

  constructor(private readonly folder: string) {
    this.watcher = watch(folder, (_, name) => name && this.seen.add(name));
  }

  /** The names of all that has been there since the watch began, which ends. */
  async end(): Promise<string[]> {
    // The system tells of what happens in its order: what was before is known when this is.
    writeFileSync(path.join(this.folder, mark), '');
    await expect.poll(() => this.seen.has(mark)).toBe(true);
    this.watcher.close();
    rmSync(path.join(this.folder, mark));
    this.seen.delete(mark);
    return [...this.seen].sort();
  }
}
