// Opens the test vectors with WebCrypto alone: a second implementation of docs/container.md, for Node and for browsers.
//
//   node crates/keyring/vectors/open.mjs
//
// In a page: import { checkVectors } from this file and give it the parsed JSON files.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const subtle = globalThis.crypto.subtle;

const MAGIC = 'postvalv file';
const HEADER_SIZE = 32;
const PREFIX_SIZE = 64;
const TAG_SIZE = 16;

function concat(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function equal(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const fromUuid = (text) => fromHex(text.replaceAll('-', ''));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

// A value after its length (four bytes, big-endian).
function value(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}

const context = (purpose, ...values) => concat(encoder.encode(purpose), ...values.map(value));

async function hkdf(input, salt, info, bytes) {
  const key = await subtle.importKey('raw', input, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, bytes * 8));
}

async function hmac(key, message) {
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, message));
}

// Opens ciphertext ‖ tag; throws when it doesn't fit.
async function openAes(key, iv, additionalData, sealed) {
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData, tagLength: 128 }, imported, sealed));
}

// Version 1 ‖ nonce (12) ‖ ciphertext ‖ tag (16).
async function openShort(key, additionalData, sealed) {
  if (sealed.length < 29 || sealed[0] !== 1) throw new Error('not a sealed value');
  return openAes(key, sealed.slice(1, 13), additionalData, sealed.slice(13));
}

export async function openContainer({ content_key, organisation_id, document_id, container }, purpose) {
  const bytes = fromBase64(container);
  const header = bytes.slice(0, HEADER_SIZE);
  if (bytes.length < PREFIX_SIZE || decoder.decode(header.slice(0, 13)) !== MAGIC) throw new Error('not a container');
  if (header[13] !== 1 || header[14] !== 1 || header[15] !== 16) throw new Error('another format');
  const info = concat(encoder.encode(purpose), header, value(fromUuid(organisation_id)), value(fromUuid(document_id)));
  const derived = await hkdf(fromHex(content_key), header.slice(16), info, 64);
  if (!equal(derived.slice(32), bytes.slice(HEADER_SIZE, PREFIX_SIZE))) throw new Error('another key');

  const sealedChunk = 2 ** header[15] + TAG_SIZE;
  const body = bytes.slice(PREFIX_SIZE);
  const chunks = Math.ceil(body.length / sealedChunk);
  if (chunks === 0) throw new Error('no chunk');
  const plaintext = [];
  for (let index = 0; index < chunks; index += 1) {
    const last = index === chunks - 1;
    const chunk = body.slice(index * sealedChunk, (index + 1) * sealedChunk);
    if (index > 0 && chunk.length <= TAG_SIZE) throw new Error('an empty chunk after another');
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(3, BigInt(index));
    nonce[11] = last ? 1 : 0;
    plaintext.push(await openAes(derived.slice(0, 32), nonce, new Uint8Array(), chunk));
  }
  return concat(...plaintext);
}

export async function openField(vector, keyPurpose, purpose) {
  const [table, column] = [encoder.encode(vector.table), encoder.encode(vector.column)];
  const owner = [encoder.encode(vector.owner_kind), fromUuid(vector.organisation_id), fromUuid(vector.owner_id)];
  const info = context(keyPurpose, ...owner, table, column);
  const key = await hkdf(fromHex(vector.content_key), new Uint8Array(), info, 32);
  return openShort(key, context(purpose, table, column, fromHex(vector.row)), fromBase64(vector.sealed));
}

async function checkHierarchy(vector) {
  const organisation = fromUuid(vector.organisation_id);
  const number = (whole) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, whole);
    return bytes;
  };
  const organisationKey = await openShort(
    fromHex(vector.root_key),
    context('postvalv organisation key v1', organisation, number(vector.organisation_key_version)),
    fromHex(vector.wrapped_organisation_key),
  );
  const wrappingKey = await hkdf(
    organisationKey,
    fromHex(vector.day_secret),
    context('postvalv organisation wrapping key v1', organisation, number(vector.day)),
    32,
  );
  const contentKey = await openShort(
    wrappingKey,
    context('postvalv content key v1', organisation, encoder.encode(vector.owner_kind), fromUuid(vector.owner_id)),
    fromHex(vector.wrapped_content_key),
  );
  const indexes = await Promise.all(
    vector.blind_indexes.map(({ kind, identifier }) =>
      hmac(
        fromHex(vector.blind_index_key),
        context('postvalv blind index v1', encoder.encode(kind), encoder.encode(identifier)),
      ),
    ),
  );
  const macInfo = context('postvalv mac key v1', encoder.encode(vector.mac_purpose));
  const macKey = await hkdf(fromHex(vector.installation_key), new Uint8Array(), macInfo, 32);
  const mac = await hmac(macKey, context('postvalv mac v1', ...vector.mac_values.map(fromHex)));
  return [
    ['organisation key', toHex(organisationKey) === vector.organisation_key],
    ['content key', toHex(contentKey) === vector.content_key],
    ['authentication code', toHex(mac) === vector.mac],
    ...indexes.map((index, at) => [`blind index ${at}`, toHex(index) === vector.blind_indexes[at].index]),
  ];
}

const byRule = (length) => Uint8Array.from({ length }, (_, i) => (31 * i + Math.floor(i / 251)) % 256);

async function refuses(open) {
  try {
    await open();
    return false;
  } catch {
    return true;
  }
}

/** Checks all vectors, and gives a list of [name, whether it is as it should be]. */
export async function checkVectors({ container, field, hierarchy }) {
  const results = [];
  for (const vector of container.opens) {
    const expected = vector.plaintext === undefined ? byRule(vector.plaintext_length) : encoder.encode(vector.plaintext);
    results.push([`container: ${vector.name}`, equal(await openContainer(vector, container.purpose), expected)]);
  }
  for (const vector of container.refused) {
    results.push([`container: ${vector.name}`, await refuses(() => openContainer(vector, container.purpose))]);
  }
  for (const vector of field.opens) {
    const opened = await openField(vector, field.key_purpose, field.purpose);
    results.push([`field: ${vector.name}`, decoder.decode(opened) === vector.plaintext]);
  }
  for (const vector of field.refused) {
    results.push([`field: ${vector.name}`, await refuses(() => openField(vector, field.key_purpose, field.purpose))]);
  }
  for (const [name, holds] of await checkHierarchy(hierarchy)) results.push([`hierarchy: ${name}`, holds]);
  return results;
}

if (globalThis.process?.argv?.[1] !== undefined && import.meta.url.endsWith('/open.mjs')) {
  const { readFile, realpath } = await import('node:fs/promises');
  const { pathToFileURL } = await import('node:url');
  if (pathToFileURL(await realpath(process.argv[1])).href === import.meta.url) {
    const read = async (name) => JSON.parse(await readFile(new URL(`${name}.json`, import.meta.url), 'utf8'));
    const results = await checkVectors({
      container: await read('container'),
      field: await read('field'),
      hierarchy: await read('hierarchy'),
    });
    const wrong = results.filter(([, holds]) => !holds);
    for (const [name] of wrong) console.error(`wrong: ${name}`);
    console.log(`${results.length - wrong.length} of ${results.length} vectors are as they should be`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  }
}
