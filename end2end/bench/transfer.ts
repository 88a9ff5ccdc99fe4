import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export const mebibyte = 1024 * 1024;

/** How long one transfer may take, in seconds. */
const longest = 600;

/** Writes a file of random bytes, which nothing on the way can compress, and gives its SHA-256. */
export function writeRandomFile(file: string, bytes: number): string {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'w');
  try {
    for (let written = 0; written < bytes; written += mebibyte) {
      const piece = randomBytes(Math.min(mebibyte, bytes - written));
      hash.update(piece);
      writeSync(descriptor, piece);
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** Runs a command to its end, with `input` as its standard input, and gives what it printed. */
export function command(name: string, args: string[], input = '', take?: (data: Buffer) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    let errors = '';
    child.stdout.on('data', take ?? ((data: Buffer) => (printed += data.toString())));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${name} ended with ${code}: ${errors}`));
    });
    // A command that doesn't read what it is given is no error.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** curl's options for a header that shall not be seen in the list of processes. */
function secretHeader(header?: string): string {
  return header ? `header = "${header}"\n` : '';
}

async function timed(status: number, bytes: number, args: string[], header?: string): Promise<number> {
  const told = await command(
    'curl',
    [
      ...['--config', '-', '--silent', '--show-error', '--fail', '--noproxy', '*', '--max-time', String(longest)],
      ...['--output', '/dev/null', '--write-out', '%{http_code} %{time_total} %{size_download} %{size_upload}', ...args],
    ],
    secretHeader(header),
  );
  const [code, seconds, down, up] = told.split(' ').map(Number) as [number, number, number, number];
  if (code !== status) throw new Error(`${args.at(-1)} answered ${code}, not ${status}`);
  if (Math.max(down, up) < bytes) throw new Error(`${args.at(-1)}: ${down} bytes came and ${up} went, not ${bytes}`);
  return seconds;
}

/** Downloads to /dev/null; gives the seconds. */
export function download(address: string, bytes: number, header?: string): Promise<number> {
  return timed(200, bytes, [address], header);
}

/** Downloads and gives the SHA-256. */
export async function downloadDigest(address: string, header: string): Promise<string> {
  const hash = createHash('sha256');
  const args = ['--config', '-', '--silent', '--show-error', '--fail', '--noproxy', '*', '--max-time', String(longest)];
  await command('curl', [...args, address], secretHeader(header), (data) => hash.update(data));
  return hash.digest('hex');
}

/** PUTs a file; gives the seconds. */
export function put(address: string, file: string, bytes: number): Promise<number> {
  return timed(201, bytes, ['--upload-file', file, address]);
}

/** POSTs a file of metadata and a file of content as API v1 wants them; gives the seconds. */
export function post(address: string, metadata: string, file: string, bytes: number, key: string, header: string): Promise<number> {
  const parts = ['--form', `metadata=<${metadata};type=application/json`, '--form', `document-0=@${file}`];
  return timed(201, bytes, ['--header', `Idempotency-Key: ${key}`, ...parts, address], header);
}

/** Sees to it that a file, or everything, is on the disk; gives the seconds it took. */
export async function sync(...files: string[]): Promise<number> {
  const start = performance.now();
  await command('sync', files);
  return (performance.now() - start) / 1000;
}
