import { devices, expect, test, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { asked, identify, OtherProvider } from '../support/provider.ts';

/** The directory whose users may be recipients. */
const tenant = '11111111-2222-4333-8444-555555555555';
const prid = 'NO:05068907693';
/** Dina's samordningsnummer, before she had a personnummer. */
const before = '197010632391';
const labels = { sweden: 'Sverige', abroad: 'utländsk e-legitimation', norrby: 'arbetskonto i Norrby' };
/** As its button says it, where no line ends after the "e-". */
const way = (through: keyof typeof labels) => `Logga in med ${labels[through].replace('e-', 'e\u2011')}`;

let installation: Installation;
const providers: OtherProvider[] = [];

test.beforeAll(async () => {
  installation = await Installation.start({
    retentionCeilingDays: 40,
    providers: async (installation) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      writeFileSync(path.join(installation.folder, 'var/client-key.pem'), pem, { mode: 0o600 });
      const key = 'client_key_file = "./var/client-key.pem"';
      const secret = 'client_secret = "the secret of these tests"';
      const section = async (shape: 'oidc-sweden' | 'eidas' | 'entra', name: keyof typeof labels, keys: string) => {
        const provider = await OtherProvider.start(installation, shape, name);
        providers.push(provider);
        return `\n[providers.${name}]\npreset = "${shape}"\nlabel = "${labels[name]}"\nissuer = "${provider.issuer}"\nclient_id = "postvalv"\n${keys}\n`;
      };
      return (
        (await section('oidc-sweden', 'sweden', key)) +
        (await section('eidas', 'abroad', key)) +
        (await section('entra', 'norrby', `kind = "recipient"\n${secret}`))
      );
    },
  });
});

test.afterAll(async () => {
  for (const provider of providers) await provider.stop();
  await installation?.stop();
});

async function fresh(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  return (await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options })).newPage();
}

async function send(to: string, title: string, ...more: string[]): Promise<void> {
  await installation.valv(['send', '--to', '-', '--title', title, '--body', 'Hej!', ...more], `${to}\n`);
}

async function signIn(page: Page, through: keyof typeof labels, person: string): Promise<void> {
  await page.goto(installation.address);
  await page.getByRole('button', { name: way(through), exact: true }).click();
  await identify(page, person);
  await expect(page).toHaveURL(`${installation.address}/inbox`);
}

const waiting = (page: Page, title: string) => page.getByRole('link', { name: new RegExp(title) });

test('whoever has a personnummer now reads what was sent to their samordningsnummer', async ({ browser }) => {
  await send(before, 'Beslut om dagersättning');
  const page = await fresh(browser);
  await signIn(page, 'sweden', 'Dina Dahl');
  await expect(waiting(page, 'Beslut om dagersättning')).toBeVisible();
  // The old number finds her from now on.
  await send(before, 'Beslut om folkbokföring');
  await page.reload();
  await expect(waiting(page, 'Beslut om folkbokföring')).toBeVisible();
});

test('a foreign e-ID reads its own post, and a Swedish number’s when that is bound to it', async ({ browser }) => {
  await send(prid, 'Intyg om bosättning');
  await send(people.first, 'Beslut om förskoleplats');
  const kari = await fresh(browser);
  await signIn(kari, 'abroad', 'Kari Nordmann');
  await expect(waiting(kari, 'Intyg om bosättning')).toBeVisible();
  await expect(waiting(kari, 'Beslut om förskoleplats')).toHaveCount(0);

  const anna = await fresh(browser);
  await signIn(anna, 'abroad', 'Anna Andersson');
  await expect(waiting(anna, 'Beslut om förskoleplats')).toBeVisible();
  await expect(waiting(anna, 'Intyg om bosättning')).toHaveCount(0);
});

test('a document that asks for a safer sign-in is opened by one, on a phone and without a script', async ({ browser }) => {
  const file = path.join(installation.folder, 'journal.txt');
  writeFileSync(file, 'Journalanteckning: allt är bra.\n');
  await send(prid, 'Provsvar', '--minimum-level', '4', file);
  for (const [name, options] of [
    ['phone', devices['Pixel 7']],
    ['desktop', devices['Desktop Chrome']],
    ['without-script', { javaScriptEnabled: false }],
  ] as const) {
    const page = await fresh(browser, options);
    const look = async (what: string) => {
      // What looks at the page is itself a script in it.
      if (name === 'without-script') return;
      await expectAccessible(page);
      await photograph(page, `recipients-${what}-${name}-sv`);
    };
    const noErrors = failOnConsoleErrors(page, [/status of 403/]);
    await signIn(page, 'abroad', 'Kari Nordmann');
    await waiting(page, 'Provsvar').click();
    await expect(page.getByText('journal.txt')).toHaveCount(0);
    await look('case-locked');
    await page.getByRole('link', { name: /Dokument som kräver en säkrare inloggning/ }).click();
    await expect(page.getByRole('heading', { name: 'Dokumentet kräver en säkrare inloggning' })).toBeVisible();
    // A work account gives no such level, and the bridge none.
    await expect(page.getByRole('button', { name: /Norrby/ })).toHaveCount(0);
    // With a Swedish e-ID it would be somebody else who came.
    await expect(page.getByRole('button', { name: way('sweden') })).toHaveCount(0);
    await look('locked');

    await page.getByRole('button', { name: way('abroad') }).click();
    expect(await asked(page, 'claims')).not.toContain('eidas-nf-sub');
    await identify(page, 'Kari Nordmann');
    await expect(page.getByRole('heading', { name: 'journal.txt' })).toBeVisible();
    await expect(page.getByText('Journalanteckning: allt är bra.')).toBeVisible();
    noErrors();
  }
});

test('a work account answers the invitation to its address, and no other user of the directory does', async ({ browser }) => {
  await send(`${tenant}/Bo.Ek@exempelkommunen.example`, 'Avtal för underskrift');
  const karin = await fresh(browser);
  await signIn(karin, 'norrby', 'Karin Åkerström');
  await expect(waiting(karin, 'Avtal för underskrift')).toHaveCount(0);
  const bo = await fresh(browser);
  await signIn(bo, 'norrby', 'Bo Ek');
  await waiting(bo, 'Avtal för underskrift').click();
  await expect(bo.getByText('Hej!')).toBeVisible();
});
