import { expect, test, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { printPdf } from '../support/document.ts';
import { Installation, people } from '../support/installation.ts';
import { Nginx } from '../support/nginx.ts';
import { signInByQr } from '../support/sign-in.ts';
import { residentDuring } from './memory.ts';
import { Results } from './results.ts';
import { command, download, downloadDigest, mebibyte, post, put, sync, writeRandomFile } from './transfer.ts';

const sessionCookie = '__Host-postvalv';

/** MiB of the file that is transferred. Smaller only to try the bench itself. */
const size = Number(process.env.BENCH_MIB ?? 1024);
/** Messages in the inbox. */
const messages = 100;
/** Uploads, and as many downloads, at the same time. */
const flights = 8;

let installation: Installation;
let nginx: Nginx;

test.beforeAll(async () => {
  installation = await Installation.start({ systemClock: true });
  nginx = await Nginx.start(path.join(installation.folder, 'nginx'));
});

test.afterAll(async () => {
  await nginx?.stop();
  await installation?.stop();
});

/** What API v1 is called with. */
class Sender {
  private constructor(private readonly token: string) {}

  static async create(): Promise<Sender> {
    const profile = readFileSync(path.join(installation.folder, 'var/valv.toml'), 'utf8');
    const value = (key: string) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(profile)![1]!;
    const answer = await fetch(`${installation.address}/api/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${value('client_id')}:${value('client_secret')}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(answer.status).toBe(200);
    return new Sender(((await answer.json()) as { access_token: string }).access_token);
  }

  private metadata(personnummer: string, title: string, fileName: string, mediaType: string, bytes: number): string {
    return JSON.stringify({
      title,
      body: 'Hej!\n\nHär kommer handlingen i ditt ärende.',
      document_type: 'decision',
      retention_days: 14,
      recipients: [{ personnummer }],
      documents: [{ file_name: fileName, media_type: mediaType, size: bytes }],
    });
  }

  /** Sends a small PDF; gives the case that it lies in. */
  async send(personnummer: string, title: string, pdf: Buffer): Promise<string> {
    const form = new FormData();
    form.append('metadata', new Blob([this.metadata(personnummer, title, 'beslut.pdf', 'application/pdf', pdf.length)]));
    form.append('document-0', new Blob([new Uint8Array(pdf)]), 'beslut.pdf');
    const answer = await fetch(`${installation.address}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'idempotency-key': randomUUID() },
      body: form,
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { deliveries: [{ case_id: string }] }).deliveries[0].case_id;
  }

  /** Uploads the large file; gives the seconds. */
  async upload(personnummer: string, file: string, bytes: number): Promise<number> {
    const key = randomUUID();
    const metadata = path.join(installation.folder, `${key}.json`);
    writeFileSync(metadata, this.metadata(personnummer, 'Stor handling', 'stor.bin', 'application/octet-stream', bytes));
    return post(`${installation.address}/api/v1/messages`, metadata, file, bytes, key, `Authorization: Bearer ${this.token}`);
  }
}

async function text(address: string, cookie: string): Promise<string> {
  const answer = await fetch(address, { headers: { cookie } });
  expect(answer.status, address).toBe(200);
  return answer.text();
}

/** The first address on the page that begins with `start`. */
async function find(address: string, cookie: string, start: string): Promise<string> {
  const found = new RegExp(`${start}[0-9a-f-]{36}`).exec(await text(address, cookie));
  if (!found) throw new Error(`${address} has nothing that begins with ${start}`);
  return installation.address + found[0];
}

/** Kilobytes of JavaScript and WebAssembly, as they come over the network, of everything that the page loads. */
async function scripts(page: Page, address: string): Promise<number> {
  let bytes = 0;
  const take = (response: Awaited<ReturnType<Page['waitForResponse']>>) => {
    const type = response.headers()['content-type'] ?? '';
    // What a script made itself, as a worker of an opaque origin must be, comes over no network.
    if (!/javascript|wasm/.test(type) || !response.url().startsWith(installation.address)) return;
    expect(response.headers()['content-encoding'], `${response.url()} comes with Brotli`).toBe('br');
    // Not what the browser says came over the network: that is less than nothing for what it had in its cache.
    bytes += Number(response.headers()['content-length']);
  };
  page.on('response', take);
  await page.goto(address, { waitUntil: 'networkidle' });
  page.off('response', take);
  expect(bytes, 'sizes of scripts').not.toBeNaN();
  return bytes / 1000;
}

/** Seconds from the portal's start until it says that it is ready. */
async function restart(): Promise<number> {
  await installation.portal.stop();
  const start = performance.now();
  await installation.startPortal();
  return (performance.now() - start) / 1000;
}

test('speed and memory beside nginx', async ({ browser, launchOptions }, testInfo) => {
  requireRoom((flights + 5) * size);
  const results = new Results();
  const file = path.join(installation.folder, 'nginx/files/large.bin');
  const bytes = size * mebibyte;
  const digest = writeRandomFile(file, bytes);
  await sync();
  const sender = await Sender.create();

  // Uploads take turns with the yardstick, so that both meet the same machine.
  const putSeconds: number[] = [];
  const durableSeconds: number[] = [];
  const uploadSeconds: number[] = [];
  for (const person of [people.first, people.second]) {
    const seconds = await put(`${nginx.address}/uploads/large.bin`, file, bytes);
    const written = path.join(installation.folder, 'nginx/uploads/large.bin');
    putSeconds.push(seconds);
    durableSeconds.push(seconds + (await sync(written)));
    rmSync(written);
    await sync();
    uploadSeconds.push(await sender.upload(person, file, bytes));
    await sync();
  }

  const pdf = await printPdf(launchOptions, 'Beslut om bidrag', ['Du beviljas bidrag.', 'Så överklagar du.']);
  let pdfCase = '';
  for (let sent = 1; sent < messages; sent += 1) pdfCase = await sender.send(people.first, `Beslut nummer ${sent} om bidrag`, pdf);

  const context = await browser.newContext();
  const page = await context.newPage();
  await signInByQr(page, installation, people.first);
  const cookie = `${sessionCookie}=${(await context.cookies()).find(({ name }) => name === sessionCookie)!.value}`;
  const inbox = `${installation.address}/inbox`;
  const cases = [...new Set((await text(inbox, cookie)).match(/\/cases\/[0-9a-f-]{36}/g))];
  expect(cases, 'cases in the inbox').toHaveLength(messages);
  // The large file was sent first, so it lies last.
  const large = `${await find(installation.address + cases.at(-1)!, cookie, '/documents/')}/content?download`;
  const small = await find(`${installation.address}/cases/${pdfCase}`, cookie, '/documents/');

  expect(await downloadDigest(large, `Cookie: ${cookie}`), 'what was downloaded').toBe(digest);
  const getSeconds: number[] = [];
  const downloadSeconds: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    getSeconds.push(await download(`${nginx.address}/files/large.bin`, bytes));
    downloadSeconds.push(await download(large, bytes, `Cookie: ${cookie}`));
  }
  const best = (seconds: number[]) => size / Math.min(...seconds);
  results.add(`nginx, GET of ${size} MiB`, best(getSeconds), 'MiB/s');
  results.add('download, decrypted', best(downloadSeconds), 'MiB/s');
  results.add('download ÷ nginx GET', best(downloadSeconds) / best(getSeconds), '', { at: 'least', value: 0.35 });
  results.add('nginx, WebDAV PUT', best(putSeconds), 'MiB/s');
  results.add('nginx, WebDAV PUT and fsync', best(durableSeconds), 'MiB/s');
  results.add('upload, encrypted and fsynced', best(uploadSeconds), 'MiB/s');
  results.add('upload ÷ nginx PUT', best(uploadSeconds) / best(putSeconds), '', { at: 'least', value: 0.25 });

  const wrk = await command('wrk', ['-c32', '-t2', '-d10s', '-H', `Cookie: ${cookie}`, inbox]);
  expect(wrk).not.toMatch(/Non-2xx|Socket errors/);
  const pages = Number(/Requests\/sec:\s+([\d.]+)/.exec(wrk)?.[1]);
  results.add(`inbox with ${messages} messages`, pages, 'pages/s', { at: 'least', value: 1500 });

  const starts = [await restart(), await restart(), await restart()];
  results.add('start to ready, slowest of 3', Math.max(...starts), 's', { at: 'most', value: 1 });

  // Freshly started, and each kind of request has been served once.
  await text(inbox, cookie);
  await sender.send(people.second, 'Beslut', pdf);
  await download(`${small}/content?download`, pdf.length, `Cookie: ${cookie}`);
  const memory = await residentDuring(installation.portal.pid, () =>
    Promise.all(
      Array.from({ length: flights }, () => [
        download(large, bytes, `Cookie: ${cookie}`),
        sender.upload(people.second, file, bytes),
      ]).flat(),
    ),
  );
  results.add('resident memory at rest', memory.before, 'MiB');
  results.add(
    `growth with ${flights} uploads and ${flights} downloads of ${size} MiB`,
    memory.peak - memory.before,
    'MiB',
    { at: 'most', value: 32 },
  );

  results.add('JavaScript and WebAssembly on the inbox, Brotli', await scripts(page, inbox), 'kB', { at: 'most', value: 100 });
  results.add('the same on the page of a PDF', await scripts(page, small), 'kB');

  await results.handIn(testInfo);
});

/** The large file lies here some twelve times while everything is in flight. */
function requireRoom(mebibytes: number): void {
  const disk = statfsSync(installation.folder);
  const free = Math.floor((disk.bavail * disk.bsize) / mebibyte);
  if (free < mebibytes) throw new Error(`${installation.folder}: ${free} MiB are free, ${mebibytes} MiB are needed (TMPDIR)`);
}
