import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { root } from './program.ts';

/** A mail as the server took it: headers and body as they came. */
export type Mail = { from: string; to: string[]; content: string };

/** A mail server that is not ours (aiosmtpd), without encryption, for what portals on this machine send. */
export class MailServer {
  readonly mails: Mail[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<MailServer> {
    const python = process.env.POSTVALV_TEST_MAIL;
    if (!python) throw new Error('POSTVALV_TEST_MAIL is missing: run the stories through scripts/e2e');
    const script = path.join(root, 'server/tests/data/mail_server.py');
    const child = spawn(python, [script, JSON.stringify({ encryption: 'none' })], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! });
    const [first] = (await new Promise((resolve, reject) => {
      lines.once('line', (line) => resolve([line]));
      child.once('exit', () => reject(new Error('the mail server ended')));
    })) as [string];
    const server = new MailServer(child, (JSON.parse(first) as { port: number }).port);
    lines.on('line', (line) => server.mails.push(JSON.parse(line) as Mail));
    return server;
  }

  /** What a portal's configuration has of it. */
  get configuration(): string {
    return `\n[mail]\nhost = "127.0.0.1"\nport = ${this.port}\nencryption = "none"\nfrom = "post@exempelkommunen.example"\n`;
  }

  stop(): void {
    this.child.kill();
  }
}
