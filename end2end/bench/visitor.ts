import http from 'node:http';

/** What came back. */
export type Answer = { status: number; location?: string; cookies: string[]; body: string };

/**
 * The connections. Idle ones are closed here well before a server does it, so that no request meets one that is just being
 * closed.
 */
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, timeout: 10_000 });

/** One request on loopback, which follows no redirect. */
export function ask(method: string, address: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  const { port, host, pathname, search } = new URL(address);
  // No look-up of "localhost" for each connection.
  const where = { hostname: '127.0.0.1', port, path: pathname + search };
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : undefined;
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, method, ...where, headers: { host, ...headers, ...length } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const { location, 'set-cookie': cookies = [] } = response.headers;
        resolve({ status: response.statusCode ?? 0, location, cookies, body: Buffer.concat(pieces).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What a browser says of a form on the site's own page. */
export const ownForm = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };

/** Somebody with a browser that keeps cookies, at a network address of their own behind the proxy. */
export class Visitor {
  /** Cookies by host and name: `localhost` and `127.0.0.1` are two hosts, whatever their ports. */
  private readonly jars = new Map<string, Map<string, string>>();

  constructor(private readonly networkAddress: string) {}

  get(address: string): Promise<Answer> {
    return this.send('GET', address);
  }

  post(address: string, form: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', address, ownForm, new URLSearchParams(form).toString());
  }

  /** What is sent back as `Cookie` to that address. */
  cookies(address: string): string {
    return [...this.jar(address)].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private async send(method: string, address: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    const cookie = this.cookies(address);
    const all = { 'x-forwarded-for': this.networkAddress, ...(cookie && { cookie }), ...headers };
    const answer = await ask(method, address, all, body);
    const jar = this.jar(address);
    for (const line of answer.cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (/;\s*max-age=0/i.test(line) || value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  private jar(address: string): Map<string, string> {
    const { hostname } = new URL(address);
    const jar = this.jars.get(hostname) ?? new Map<string, string>();
    this.jars.set(hostname, jar);
    return jar;
  }
}
