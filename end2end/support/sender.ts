import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Installation } from './installation.ts';

/** A message before it is sent, with the key that makes sending it again safe. */
export type Draft = {
  key: string;
  title: string;
  retentionDays: number;
  recipients: string[];
  documents: { name: string; bytes: Buffer }[];
};

/** What the portal answers when all is stored. */
export type Receipt = {
  id: string;
  repeated: boolean;
  deliveries: { id: string; case_id: string; expires_at: string }[];
};

/** How a request to send ended: with a receipt, with the advice to wait, or with a connection that broke. */
export type Outcome =
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'still-receiving'; retryAfter: number }
  | { kind: 'broken' };

/** A system of the demonstration organisation that speaks API v1 itself, so that it can be left hanging anywhere. */
export class Sender {
  private token = '';

  constructor(private readonly installation: Installation) {}

  /** Gets a token, which is good for an hour. */
  async signIn(): Promise<void> {
    const profile = readFileSync(path.join(this.installation.folder, 'var/valv.toml'), 'utf8');
    const value = (name: string) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(profile)?.[1] ?? '';
    const form = { grant_type: 'client_credentials', client_id: value('client_id'), client_secret: value('client_secret') };
    const answer = await fetch(`${this.installation.address}/api/v1/token`, { method: 'POST', body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
    this.token = (await answer.json()).access_token;
  }

  /** Sends a message whole. */
  send(draft: Draft): Promise<Outcome> {
    const { boundary, body } = multipart(draft);
    return this.post(draft, boundary, body);
  }

  /** Sends half of a message and then nothing more, until the connection breaks. */
  sendHalf(draft: Draft): Promise<Outcome> {
    const { boundary, body } = multipart(draft);
    const half = new ReadableStream({ start: (stream) => stream.enqueue(body.subarray(0, body.length / 2)) });
    return this.post(draft, boundary, half);
  }

  private async post(draft: Draft, boundary: string, body: BodyInit): Promise<Outcome> {
    const request = {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'idempotency-key': draft.key,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      body,
      duplex: 'half',
    };
    const answer = await this.read(fetch(`${this.installation.address}/api/v1/messages`, request));
    if (!answer) return { kind: 'broken' };
    const { status, json } = answer;
    if (status === 200 || status === 201) return { kind: 'receipt', receipt: json };
    if (status === 409 && json.code === 'still-receiving') return { kind: 'still-receiving', retryAfter: json.retry_after };
    throw new Error(`“${draft.title}” was answered ${status}: ${JSON.stringify(json)}`);
  }

  /** The answer when all of it came. */
  private async read(request: Promise<Response>): Promise<{ status: number; json: any } | undefined> {
    try {
      const answer = await request;
      return { status: answer.status, json: await answer.json() };
    } catch {
      return undefined;
    }
  }

  /** Where each delivery of a message stands. */
  async states(message: string): Promise<string[]> {
    const headers = { authorization: `Bearer ${this.token}` };
    const answer = await fetch(`${this.installation.address}/api/v1/messages/${message}`, { headers });
    if (!answer.ok) throw new Error(`the status of ${message} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()).deliveries.map((delivery: { state: string }) => delivery.state);
  }
}

/** The body that API v1 wants: the metadata, then the documents in order. */
function multipart(draft: Draft): { boundary: string; body: Uint8Array<ArrayBuffer> } {
  const boundary = randomUUID();
  const metadata = {
    title: draft.title,
    body: `Text: ${draft.title}`,
    retention_days: draft.retentionDays,
    recipients: draft.recipients.map((personnummer) => ({ personnummer })),
    documents: draft.documents.map(({ name, bytes }) => ({
      file_name: name,
      media_type: 'application/octet-stream',
      size: bytes.length,
    })),
  };
  const part = (name: string, type: string, content: Buffer) => [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\ncontent-type: ${type}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ];
  const body = new Uint8Array(Buffer.concat([
    ...part('metadata', 'application/json', Buffer.from(JSON.stringify(metadata))),
    ...draft.documents.flatMap(({ bytes }, index) => part(`document-${index}`, 'application/octet-stream', bytes)),
    Buffer.from(`--${boundary}--\r\n`),
  ]));
  return { boundary, body };
}
