import { expect, test, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Copies } from '../support/copies.ts';
import { printPdf } from '../support/document.ts';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { signInByQr } from '../support/sign-in.ts';

const day = 24 * 60 * 60 * 1000;
const title = 'Beslut om bostadsanpassningsbidrag';
const fileName = 'beslut-bostadsanpassning.pdf';
const lasting = { title: 'Beslut om färdtjänst', body: 'Det här läses en månad till.' } as const;
const secondPage = 'Kanariefågeln sitter på andra sidan.';

let installation: Installation;
let file: Buffer;

test.beforeAll(async ({ launchOptions }) => {
  // A low ceiling, since each day below it has a secret with which everything is tried.
  installation = await Installation.start({ retentionCeilingDays: 40 });
  file = await printPdf(launchOptions, title, ['Du beviljas bidrag.', secondPage, 'Så överklagar du.']);
  writeFileSync(path.join(installation.folder, fileName), file);
});

test.afterAll(async () => {
  await installation.stop();
});

async function open(page: Page): Promise<string> {
  await page.getByRole('link', { name: new RegExp(title) }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
  const document = page.getByRole('link', { name: new RegExp(fileName) });
  await document.click();
  await expect(page).toHaveURL(/\/documents\//);
  return new URL(page.url()).pathname;
}

test('a system sends a document to two people, they read it, and it is purged', async ({ browser }) => {
  const sent = JSON.parse(
    (
      await installation.valv(
        ['send', '--json', '--to', '-', '--title', title, '--body', 'Hej, här är beslutet.', '--retention-days', '14', fileName],
        `${people.first}\n${people.second}\n`,
      )
    ).stdout,
  );
  expect(sent.deliveries).toHaveLength(2);

  const first = await (await browser.newContext()).newPage();
  const noErrors = failOnConsoleErrors(first);
  await signInByQr(first, installation, people.first);
  await expect(first).toHaveURL(/\/inbox$/);
  await photograph(first, 'inbox');
  await expectAccessible(first);
  const address = await open(first);

  const frame = first.frameLocator('iframe');
  await expect(frame.getByText(secondPage)).toBeAttached();
  await photograph(first, 'document', { fullPage: false });
  await expectAccessible(first);

  const [download] = await Promise.all([
    first.waitForEvent('download'),
    first.getByRole('link', { name: /^Ladda ner/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(fileName);
  expect(digest(readFileSync((await download.path())!))).toBe(digest(file));
  noErrors();

  const second = await (await browser.newContext()).newPage();
  await signInByQr(second, installation, people.second);
  await open(second);
  await expect(second.frameLocator('iframe').getByText(secondPage)).toBeAttached();

  const stranger = await (await browser.newContext()).newPage();
  await signInByQr(stranger, installation, people.stranger);
  const foreign = await stranger.goto(installation.address + address);
  expect(foreign?.status()).toBe(404);
  const absent = await stranger.goto(`${installation.address}/documents/0192f0c1-2345-7abc-8def-0123456789ab`);
  expect(absent?.status()).toBe(404);
  const content = await stranger.request.get(`${installation.address + address}/content`);
  expect(content.status()).toBe(404);

  const text = ['--title', lasting.title, '--body', lasting.body, '--retention-days', '30'];
  await installation.valv(['send', '--to', people.second, ...text, 'config/bridge.toml']);

  // Copies from while it can be read: everything opens with the provider's secrets, and nothing stands in clear.
  const before = Copies.take(installation);
  const purged = [title, fileName, file.toString('hex')];
  const canaries = [...purged, lasting.title, lasting.body, people.first, people.second];
  for (const found of [await before.rows(before.provider), await before.remnants(before.provider)]) {
    for (const canary of canaries) expect(JSON.stringify(found)).toContain(canary);
  }
  for (const canary of [title, fileName, secondPage, lasting.title, lasting.body, people.first, people.second]) {
    expect(before.databaseBytes().includes(canary)).toBe(false);
  }

  installation.moveClock(16 * day);
  await expect(async () => {
    const status = JSON.parse((await installation.valv(['status', '--json', sent.id])).stdout);
    for (const delivery of status.deliveries) expect(delivery.state).toBe('purged');
  }).toPass({ timeout: 20_000 });

  await signInByQr(first, installation, people.first);
  await expect(first.getByRole('link', { name: new RegExp(title) })).toHaveCount(0);
  expect((await first.goto(installation.address + address))?.status()).toBe(404);
  expect((await first.request.get(`${installation.address + address}/content`)).status()).toBe(404);

  const after = Copies.take(installation);
  expect((await after.rows(before.provider)).filter(({ opened }) => opened.includes(title))).toEqual([]);
  // By rows, and by the bytes of files and write-ahead logs: what lives opens in either copy with the secrets that are left, and
  // nothing of what was purged in any.
  for (const copies of [before, after]) {
    for (const found of [await copies.rows(after.provider), await copies.remnants(after.provider)]) {
      for (const canary of [lasting.title, lasting.body]) expect(JSON.stringify(found)).toContain(canary);
      for (const canary of purged) expect(JSON.stringify(found)).not.toContain(canary);
    }
  }
  expect(JSON.stringify(await before.open(after.provider)), 'who has nothing left').not.toContain(people.first);
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
