import { devices, expect, test, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { asked, identify, OtherProvider, type Shape as AnyShape } from '../support/provider.ts';

const title = 'Beslut om förskoleplats';
const anna = 'Anna Andersson';
const minute = 60 * 1000;

/** Those through which recipients sign in. */
type Shape = Exclude<AnyShape, 'entra' | 'eidas'>;

/** The providers with what the portal's configuration says of them beside issuer and label, and their buttons. */
const shapes: Record<Shape, { label: string; keys: string }> = {
  idura: { label: 'Idura', keys: 'client_secret = "the secret of these tests"\nlogo = "./var/logo.png"' },
  signicat: { label: 'Signicat', keys: 'client_secret = "the secret of these tests"' },
  'oidc-sweden': { label: 'Sverige', keys: 'client_key_file = "./var/client-key.pem"' },
  keycloak: {
    label: 'Keycloak',
    keys: `client_secret = "the secret of these tests"
parameters = { kc_idp_hint = "bankid" }
number = [{ from = "id_token", claim = "personnummer" }]
levels = { loa3 = 3 }`,
  },
};

let installation: Installation;
const providers = {} as Record<Shape, OtherProvider>;

test.beforeAll(async () => {
  installation = await Installation.start({
    retentionCeilingDays: 40,
    providers: async (installation) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      writeFileSync(path.join(installation.folder, 'var/client-key.pem'), pem, { mode: 0o600 });
      writeFileSync(path.join(installation.folder, 'var/logo.png'), logo());
      let sections = '';
      for (const [shape, { label, keys }] of Object.entries(shapes) as [Shape, { label: string; keys: string }][]) {
        providers[shape] = await OtherProvider.start(installation, shape, shape);
        sections += `\n[providers.${shape}]\npreset = "${shape}"\nlabel = "${label}"\nclient_id = "postvalv"\n`;
        sections += `issuer = "${providers[shape].issuer}"\n${keys}\n`;
      }
      return sections;
    },
  });
  await installation.valv(['send', '--to', '-', '--title', title, '--body', 'Hej!'], `${people.first}\n`);
});

test.afterAll(async () => {
  for (const provider of Object.values(providers)) await provider.stop();
  await installation?.stop();
});

/** A circle, as a logotype. */
function logo(): Buffer {
  const picture = new PNG({ width: 96, height: 96 });
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < 96; x++) {
      const inside = Math.hypot(x - 48, y - 48) < 44;
      picture.data.set(inside ? [40, 60, 160, 255] : [255, 255, 255, 0], 4 * (96 * y + x));
    }
  }
  return PNG.sync.write(picture);
}

async function fresh(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  return (await browser.newContext(options)).newPage();
}

/** From the first page to the provider's. */
async function begin(page: Page, shape: Shape): Promise<void> {
  await page.goto(installation.address);
  await page.getByRole('button', { name: `Logga in med ${shapes[shape].label}` }).click();
  await expect(page.getByRole('heading', { name: 'Identify' })).toBeVisible();
}

async function signIn(page: Page, shape: Shape): Promise<void> {
  await begin(page, shape);
  await identify(page, anna);
  await expect(page).toHaveURL(`${installation.address}/inbox`);
}

for (const shape of Object.keys(shapes) as Shape[]) {
  test(`a person gets to what waits for them through a provider shaped as ${shape}`, async ({ browser }) => {
    const checked = await installation.operate('provider', 'check', shape);
    expect(checked.stdout).toContain('nothing stands in the way');

    const page = await fresh(browser);
    const noErrors = failOnConsoleErrors(page);
    await signIn(page, shape);
    // Whichever provider says it, it is the same person.
    await expect(page.getByRole('link', { name: new RegExp(title) })).toBeVisible();
    noErrors();

    const withoutScript = await fresh(browser, { javaScriptEnabled: false });
    await signIn(withoutScript, shape);
    await expect(withoutScript.getByRole('link', { name: new RegExp(title) })).toBeVisible();
  });
}

test('whoever changes their mind at the provider is back at the start', async ({ browser }) => {
  const page = await fresh(browser);
  await begin(page, 'idura');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(`${installation.address}/`);
  await expect(page.getByText('Inloggningen avbröts')).toBeVisible();
});

test('the device mode is right on a phone and on a desktop, and can be chosen', async ({ browser }) => {
  const [same, other] = ['urn:grn:authn:se:bankid:same-device', 'urn:grn:authn:se:bankid:another-device:qr'];
  for (const [device, first, instead, second] of [
    [devices['Pixel 7'], same, 'Använd Idura på en annan enhet i stället', other],
    [devices['iPhone 15'], same, 'Använd Idura på en annan enhet i stället', other],
    [devices['Desktop Chrome'], other, 'Använd Idura på den här enheten i stället', same],
  ] as const) {
    const { userAgent, viewport, isMobile } = device!;
    const options = { userAgent, viewport, isMobile, locale: 'sv-SE', javaScriptEnabled: false };
    const page = await fresh(browser, options);
    await begin(page, 'idura');
    expect(await asked(page, 'acr_values')).toBe(first);
    await page.goto(installation.address);
    await page.getByRole('button', { name: instead }).click();
    await expect(page.getByRole('heading', { name: 'Identify' })).toBeVisible();
    expect(await asked(page, 'acr_values')).toBe(second);
  }
});

test('the chooser is for everybody', async ({ browser }) => {
  const page = await fresh(browser);
  const noErrors = failOnConsoleErrors(page);
  await page.goto(installation.address);
  const picture = page.getByRole('button', { name: 'Logga in med Idura' }).locator('img');
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(96);
  await photograph(page, 'chooser');
  await expectAccessible(page);
  await page.getByRole('button', { name: /^English/ }).click();
  await expect(page.getByRole('button', { name: 'Use Idura on this device instead' })).toBeVisible();
  await photograph(page, 'chooser-english');
  noErrors();
});

test('the Swedish profile is asked for the level as an essential claim, and for the number before', async ({ browser }) => {
  const page = await fresh(browser);
  await begin(page, 'oidc-sweden');
  const loa = (level: number) => `http://id.elegnamnden.se/loa/1.0/loa${level}`;
  expect(JSON.parse(await asked(page, 'claims'))).toEqual({
    id_token: { acr: { essential: true, values: [loa(3), loa(4)] } },
    userinfo: { 'https://id.oidc.se/claim/previousCoordinationNumber': null },
  });
});

test('a provider may change its keys while people sign in', async ({ browser }) => {
  // The clock of all programs goes forward alone.
  for (const [shape, later] of [['idura', 2 * minute], ['oidc-sweden', 4 * minute]] as const) {
    await signIn(await fresh(browser), shape);
    const before = await providers[shape].requests('/jwks');
    await providers[shape].rotateKeys();
    // Forged tokens must not become requests, so keys that were fetched a moment ago are not fetched again.
    installation.moveClock(later);
    await signIn(await fresh(browser), shape);
    await signIn(await fresh(browser), shape);
    expect(await providers[shape].requests('/jwks')).toBe(before + 1);
  }
});

test('signing out goes by the provider', async ({ browser }) => {
  const page = await fresh(browser);
  await signIn(page, 'keycloak');
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await expect(page).toHaveURL(`${installation.address}/signed-out`);
  await page.goto(`${installation.address}/inbox`);
  await expect(page).toHaveURL(`${installation.address}/`);
});

test('whoever signs out at the provider is signed out here, and nobody else', async ({ browser }) => {
  const page = await fresh(browser);
  const elsewhere = await fresh(browser);
  for (const each of [page, elsewhere]) await signIn(each, 'keycloak');
  const atProvider = await page.context().newPage();
  await atProvider.goto(`${providers.keycloak.issuer}/session/end`);
  await atProvider.getByRole('button', { name: 'Yes, sign me out' }).click();
  await expect(async () => {
    await page.goto(`${installation.address}/inbox`);
    await expect(page).toHaveURL(`${installation.address}/`, { timeout: 100 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText('Du har loggats ut')).toBeVisible();
  await elsewhere.goto(`${installation.address}/inbox`);
  await expect(elsewhere).toHaveURL(`${installation.address}/inbox`);
});
