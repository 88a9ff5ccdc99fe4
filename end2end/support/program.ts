import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** The workspace's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder with the built programs. */
export const programs = process.env.POSTVALV_PROGRAMS ?? path.join(root, 'target/debug');

/** Ports below those that systems give to connections that go out, one of which may take a port that was free a moment ago. */
const ports = { first: 10_000, last: 30_000 };
let next = ports.first + Math.floor(Math.random() * (ports.last - ports.first));

/** A port on loopback that nobody uses right now, each time another. */
export async function freePort(): Promise<number> {
  for (let tries = ports.last - ports.first; tries > 0; tries--) {
    const port = next;
    next = port < ports.last ? port + 1 : ports.first;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The environment without what this machine says of certificates, since the tests have their own authority. */
function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const { SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS, ...rest } = process.env;
  return { ...rest, ...extra };
}

/** A running program of ours; its output goes to a file. */
export class Program {
  private constructor(
    readonly name: string,
    readonly log: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts a program and waits until it is ready: until an address answers 200, or whatever else `ready` asks. */
  static async start(
    name: string,
    args: string[],
    options: {
      folder: string;
      ready: string | (() => Promise<boolean>);
      executable?: string;
      environment?: Record<string, string>;
    },
  ): Promise<Program> {
    const log = path.join(options.folder, `${name}.log`);
    // The file itself, not a pipe to this process: a program that writes faster than a busy test reads would wait for it.
    const output = openSync(log, 'a');
    const child = spawn(options.executable ?? path.join(programs, name), args, {
      cwd: options.folder,
      env: environment(options.environment ?? {}),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const program = new Program(name, log, child);
    const { ready } = options;
    await program.untilReady(typeof ready === 'string' ? () => answers(ready) : ready);
    return program;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  private async untilReady(ready: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended with ${this.child.exitCode}: see ${this.log}`);
      if (await ready()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.name} was not ready within 30 seconds: see ${this.log}`);
  }

  /** Ends the program and waits until it has gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill(signal);
    await gone;
  }
}

/** Whether an address answers that all is well. */
async function answers(address: string): Promise<boolean> {
  const answer = await fetch(address).catch(() => undefined);
  return answer?.ok ?? false;
}

/** What a command printed, and how it ended. */
export type Outcome = { code: number; stdout: string; stderr: string };

/**
 * Runs a program of ours to its end, with `input` as its standard input or with none at all: a program that has ended before
 * this process has come to closing a pipe that it never read would fail the story with EPIPE.
 */
export function run(
  name: string,
  args: string[],
  options: { folder: string; environment?: Record<string, string>; input?: string },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(programs, name), args, {
      cwd: options.folder,
      env: environment(options.environment ?? {}),
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let unread: Error | undefined;
    child.stdout?.on('data', (data) => (stdout += data));
    child.stderr?.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) => {
      // A program that refuses before it reads says why itself; one that succeeds must have read what it was given.
      if (code === 0 && unread) reject(unread);
      else resolve({ code: code ?? -1, stdout, stderr });
    });
    child.stdin?.on('error', (error) => (unread = error));
    child.stdin?.end(options.input);
  });
}
