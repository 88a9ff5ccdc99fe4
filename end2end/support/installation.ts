import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databases, type Postgres } from './postgres.ts';
import { freePort, Program, root, run, type Outcome } from './program.ts';

/** Ports as the development configuration has them, in the order portal, bridge, phone page, BankID's interface. */
const developmentPorts = ['3000', '3001', '3002', '3003'] as const;

/** What an installation has otherwise than `make run`. */
type Variation = {
  /** The server with both databases, which are SQLite's otherwise. */
  postgres?: Postgres;
  /** The longest retention; a day's secret is made for each day below it. */
  retentionCeilingDays?: number;
  /** More of the portal's configuration. */
  configuration?: string;
  /** Starts OpenID providers beside the bridge, and says how the portal's configuration has them. */
  providers?: (installation: Installation) => Promise<string>;
  /** Whether the portal's clock can't be moved, and so costs no look at a file. */
  systemClock?: boolean;
  /** Whether portal and bridge take the client's address from `X-Forwarded-For`, as behind a proxy on this machine. */
  behindProxy?: boolean;
};

/**
 * Portal, bridge and simulated BankID with the configuration that `make run` uses, on ports and in a folder of their own.
 */
export class Installation {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'postvalv-'));
  private ports: string[] = [];
  portal!: Program;
  private others: Program[] = [];

  private constructor(private readonly variation: Variation) {}

  get postgres(): Postgres | undefined {
    return this.variation.postgres;
  }

  /** Where temporary files of the programs lie. */
  get temporary(): string {
    return path.join(this.folder, 'temporary');
  }

  private get environment(): Record<string, string> {
    return { TMPDIR: this.temporary };
  }

  get address(): string {
    return `http://localhost:${this.ports[0]}`;
  }

  get phone(): string {
    return `http://127.0.0.1:${this.ports[2]}`;
  }

  static async start(variation: Variation = {}): Promise<Installation> {
    const installation = new Installation(variation);
    await installation.prepare();
    await installation.startOthers();
    await installation.startPortal();
    return installation;
  }

  private async prepare(): Promise<void> {
    for (const _ of developmentPorts) this.ports.push(String(await freePort()));
    mkdirSync(path.join(this.folder, 'config'));
    for (const name of ['development.toml', 'bridge.toml', 'simulator.toml']) {
      let text = readFileSync(path.join(root, 'config', name), 'utf8');
      developmentPorts.forEach((port, index) => (text = text.replaceAll(`:${port}`, `:${this.ports[index]}`)));
      if (name === 'development.toml') text = this.varied(text);
      if (this.variation.behindProxy) text = text.replace(/^\[listen\]$/m, '$&\ntrusted_proxies = ["127.0.0.1"]');
      writeFileSync(path.join(this.folder, 'config', name), text);
    }
    mkdirSync(path.join(this.folder, 'var'));
    mkdirSync(this.temporary);
    if (this.variation.providers) {
      appendFileSync(path.join(this.folder, 'config/development.toml'), await this.variation.providers(this));
    }
    await this.succeed('bankid-simulator', ['certificates', 'var/bankid-test-ca']);
    await this.succeed('postvalv', ['--config', 'config/development.toml', 'demonstration']);
  }

  private varied(configuration: string): string {
    const { postgres, retentionCeilingDays, systemClock, configuration: more = '' } = this.variation;
    let text = systemClock ? configuration.replace(/^\[development\]\n.*\n\n/m, '') : configuration;
    for (const database of postgres ? Object.values(databases) : []) {
      text = text.replace(`sqlite:./var/${database}.sqlite`, postgres!.address(database));
    }
    if (retentionCeilingDays) text += `\n[retention]\nceiling_days = ${retentionCeilingDays}\n`;
    return text + more;
  }

  private async startOthers(): Promise<void> {
    const start = (name: string, configuration: string, port: number) =>
      Program.start(name, ['--config', `config/${configuration}`], {
        folder: this.folder,
        ready: `http://127.0.0.1:${this.ports[port]}/healthz`,
        environment: this.environment,
      });
    this.others.push(await start('bankid-simulator', 'simulator.toml', 2));
    this.others.push(await start('bankid-bridge', 'bridge.toml', 1));
  }

  async startPortal(): Promise<void> {
    this.portal = await Program.start('postvalv', ['--config', 'config/development.toml', 'serve'], {
      folder: this.folder,
      ready: `${this.address}/readyz`,
      environment: this.environment,
    });
  }

  async stop(): Promise<void> {
    await this.portal.stop();
    for (const program of this.others) await program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a program of ours here and fails unless it succeeds. */
  async succeed(name: string, args: string[], input?: string): Promise<Outcome> {
    const outcome = await run(name, args, { folder: this.folder, environment: this.environment, input });
    if (outcome.code !== 0) throw new Error(`${name} ${args[0]} ended with ${outcome.code}: ${outcome.stderr}`);
    return outcome;
  }

  /** Runs `postvalv` with this installation's configuration. */
  operate(...args: string[]): Promise<Outcome> {
    return this.succeed('postvalv', ['--config', 'config/development.toml', ...args]);
  }

  /** Runs `valv` as the demonstration organisation's system. */
  valv(args: string[], input?: string): Promise<Outcome> {
    return this.succeed('valv', ['--profile', 'var/valv.toml', ...args], input);
  }

  /** The files of the documents that are stored, and of those that were being stored. */
  blobs(): string[] {
    const entries = readdirSync(path.join(this.folder, 'var/blobs'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name !== 'installation').map((entry) => entry.name);
  }

  /** Moves the clock of all three programs to so many milliseconds ahead of the system's. */
  moveClock(millis: number): void {
    // Moved into place, so that no program reads it half-written and takes the clock to stand where the system's does.
    const offset = path.join(this.folder, 'var/clock-offset');
    writeFileSync(`${offset}.new`, String(millis));
    renameSync(`${offset}.new`, offset);
  }
}

/** Numbers that Skatteverket publishes for tests. */
export const people = { first: '200001012384', second: '200001012392', stranger: '197701172392' } as const;
