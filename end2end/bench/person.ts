import { performance } from 'node:perf_hooks';
import type { Installation } from '../support/installation.ts';
import { ask, Visitor, type Answer } from './visitor.ts';

/** How often the bridge's page asks whether the app is done, in milliseconds. */
const pageAsksEvery = 1000;
/** How often a person scans again when the code had grown too old. */
const scans = 5;

/** Milliseconds that a sign-in took. */
export type SignInTimes = {
  /** From the button to BankID's page with the QR code's place. */
  begin: number;
  /** Of that, the portal's answer to the button. */
  start: number;
  /** From the app's "done" to the inbox. */
  finish: number;
  /** Of that, the portal's answer to what the provider sent back. */
  callback: number;
};

/**
 * Somebody who signs in through the bridge and the simulated BankID as a browser does it: every redirect, both cookies, the QR
 * code that the page shows, and the page's question once a second.
 */
export class Person {
  readonly visitor: Visitor;
  private page = '';
  private readonly times: SignInTimes = { begin: 0, start: 0, finish: 0, callback: 0 };

  constructor(
    private readonly installation: Installation,
    private readonly personnummer: string,
    networkAddress: string,
  ) {
    this.visitor = new Visitor(networkAddress);
  }

  /** Presses the button and waits for the bridge's page. */
  async begin(): Promise<void> {
    const began = performance.now();
    const started = await this.visitor.post(`${this.installation.address}/sign-in/bankid-bridge`);
    this.times.start = performance.now() - began;
    const authorize = redirect('the button', started);
    this.page = new URL(redirect('the authorisation request', await this.visitor.get(authorize)), authorize).href;
    expectOk("BankID's page", await this.visitor.get(this.page));
    this.times.begin = performance.now() - began;
  }

  /** Scans, approves, and goes on as soon as the page knows of it. */
  async finish(): Promise<SignInTimes> {
    const order = await this.scan();
    await this.onPhone(`orders/${order}/approve`, { personnummer: this.personnummer });
    const approved = performance.now();
    while ((await this.status()).state !== 'complete') await pause(pageAsksEvery);
    const callback = redirect("BankID's page when done", await this.visitor.get(this.page));
    const returned = performance.now();
    const landed = await this.visitor.get(callback);
    this.times.callback = performance.now() - returned;
    const inbox = redirect("the portal's callback", landed);
    expectOk('the inbox', await this.visitor.get(new URL(inbox, this.installation.address).href));
    this.times.finish = performance.now() - approved;
    return this.times;
  }

  /** Scans the code that the page shows, and gives the order's name. A code that grew too old on the way is scanned anew. */
  private async scan(): Promise<string> {
    for (let scan = 1; ; scan += 1) {
      const { qr } = await this.status();
      if (qr) {
        const answer = await this.phone('scan', { qr: qr.text });
        if (answer.status === 200) return (JSON.parse(answer.body) as { orderRef: string }).orderRef;
        if (scan === scans) throw new Error(`the phone answered ${answer.status}: ${answer.body}`);
      } else if (scan === scans * 10) throw new Error('the page never showed a QR code');
      await pause(pageAsksEvery);
    }
  }

  private async status(): Promise<{ state: string; qr?: { text: string } }> {
    const answer = await this.visitor.get(`${this.page}/status`);
    expectOk("the page's question", answer);
    const status = JSON.parse(answer.body) as { state: string; qr?: { text: string } };
    if (!['order', 'complete'].includes(status.state)) throw new Error(`the sign-in came to "${status.state}"`);
    return status;
  }

  private phone(what: string, body: object): Promise<Answer> {
    return ask('POST', `${this.installation.phone}/control/${what}`, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  private async onPhone(what: string, body: object): Promise<void> {
    expectOk(`the phone's ${what.replace(/[0-9a-f-]{36}/, '…')}`, await this.phone(what, body));
  }
}

/** Signs somebody in, and gives the `Cookie` of their session. */
export async function signIn(installation: Installation, personnummer: string): Promise<string> {
  const person = new Person(installation, personnummer, '192.0.2.1');
  await person.begin();
  await person.finish();
  return person.visitor.cookies(installation.address);
}

/**
 * So many numbers with a correct check digit, of people born in 1890 with serials as Skatteverket's test numbers have them: none
 * of somebody who lives.
 */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const born = new Date(Date.UTC(1890, 0, 1 + Math.floor(index / 10)));
    const digits = born.toISOString().slice(0, 10).replaceAll('-', '') + String(980 + (index % 10));
    return digits + checkDigit(digits.slice(2));
  });
}

/** Luhn's check digit for nine digits. */
function checkDigit(digits: string): number {
  const sum = [...digits].reduce((sum, digit, place) => {
    const product = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return sum + (product > 9 ? product - 9 : product);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

function expectOk(what: string, { status, location }: Answer): void {
  if (status !== 200) throw new Error(`${what} was answered ${status}${location ? ` to ${new URL(location, 'http://x').pathname}` : ''}`);
}

function redirect(what: string, { status, location }: Answer): string {
  if (status !== 303 || !location) throw new Error(`${what} was answered ${status}`);
  return location;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
