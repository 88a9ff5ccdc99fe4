import { type Browser, devices, expect, type Page, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { signInByQr, signInOnPhone, startSignIn } from '../support/sign-in.ts';

const absent = '/documents/0192f0c1-2345-7abc-8def-0123456789ab';
const text = 'Hej!\nDet här är ett vanligt textdokument.\n';

let installation: Installation;

test.beforeAll(async () => {
  installation = await Installation.start();
  writeFileSync(path.join(installation.folder, 'bekräftelse.txt'), text);
  await installation.valv(['send', '--to', people.first, '--title', 'Bekräftelse på din ansökan om färdtjänst', '--body', 'Vi har tagit emot din ansökan.', 'bekräftelse.txt']);
});

test.afterAll(async () => {
  await installation.stop();
});

/** The same person on a phone of their own, signed in at the inbox. */
async function signedInElsewhere(browser: Browser): Promise<Page> {
  const { userAgent, viewport, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'];
  const context = await browser.newContext({ userAgent, viewport, deviceScaleFactor, isMobile, hasTouch, locale: 'sv-SE' });
  const page = await context.newPage();
  await signInOnPhone(page, installation, people.first);
  await expect(page).toHaveURL(/\/inbox$/);
  return page;
}

for (const language of ['sv', 'en'] as const) {
  test.describe(`in ${language}`, () => {
    test.use({ locale: language === 'sv' ? 'sv-SE' : 'en-GB' });

    test(`every page is accessible and silent (${language})`, async ({ page, browser }) => {
      const noErrors = failOnConsoleErrors(page, [/status of 404/]);
      const look = async (name: string) => {
        await expectAccessible(page);
        await photograph(page, `${name}-${language}`);
      };
      await page.goto(installation.address);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await look('landing');
      await page.goto(`${installation.address}/accessibility`);
      await look('accessibility');
      await page.goto(`${installation.address}/data-protection`);
      await look('data-protection');
      await startSignIn(page, installation);
      await expect(page.getByRole('img', { name: /QR/ })).toBeVisible();
      await look('bridge');

      await signInByQr(page, installation, people.first);
      await look('inbox');
      await page.getByRole('link', { name: /Bekräftelse/ }).click();
      await look('case');
      await page.getByRole('link', { name: /bekräftelse\.txt/ }).click();
      await expect(page).toHaveURL(/\/documents\//);
      await look('document-text');
      await page.getByRole('link', { name: /^(Vem har öppnat|Who has opened it)\?$/ }).click();
      await expect(page.getByText(/^(Du öppnade ärendet|You opened the case)$/).first()).toBeVisible();
      await look('case-history');
      await page.getByRole('link', { name: /^(Mejl till dig|E-mails to you)$/ }).click();
      await look('mail');
      await page.goto(installation.address + absent);
      await look('not-found');

      await page.getByRole('link', { name: /^(Dina inloggningar|Your sign-ins)$/ }).click();
      await expect(page.getByText(/^(Du är bara inloggad här|You are only signed in here)/)).toBeVisible();
      await look('sessions-alone');
      const phone = await signedInElsewhere(browser);
      await page.reload();
      await expect(page.getByRole('heading', { name: /^Chrome (på|on) Android$/ })).toBeVisible();
      await look('sessions');
      await page.getByRole('link', { name: /^(Alla dina inloggningar|All your sign-ins)$/ }).click();
      await expect(page.getByText(/^(Ny sorts enhet|New kind of device)$/).first()).toBeVisible();
      await look('sign-ins');
      await page.goBack();
      await page.getByRole('button', { name: /^(Logga ut där|Sign out there) Chrome (på|on) Android$/ }).click();
      await expect(page.getByText(/^(Den inloggningen är avslutad|That sign-in has ended)/)).toBeVisible();
      await look('sessions-ended');
      await phone.reload();
      await expect(phone.getByRole('button', { name: /^Logga in med/ })).toBeVisible();
      await phone.context().close();

      await page.goto(`${installation.address}/inbox`);
      await page.getByRole('button', { name: /Logga ut|Sign out|Log out/ }).click();
      await expect(page).toHaveURL(/\/signed-out$/);
      await look('signed-out');
      noErrors();
    });
  });
}

test('somebody with nothing to read sees an empty inbox', async ({ page }) => {
  await signInByQr(page, installation, people.stranger);
  await expect(page.getByText('Du har inget att läsa just nu')).toBeVisible();
  await expectAccessible(page);
  await photograph(page, 'inbox-empty-sv');
});

test.describe('on a phone', () => {
  const { userAgent, viewport, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'];
  test.use({ userAgent, viewport, deviceScaleFactor, isMobile, hasTouch });

  test('a tap opens BankID on the same device, and the browser that began goes on', async ({ page }) => {
    await signInOnPhone(page, installation, people.first);
    await expect(page).toHaveURL(/\/inbox$/);
    await expect(page.getByRole('link', { name: /Bekräftelse/ })).toBeVisible();
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('signing in, reading and downloading work', async ({ page }) => {
    await signInByQr(page, installation, people.first);
    await page.getByRole('link', { name: /Bekräftelse/ }).click();
    await page.getByRole('link', { name: /bekräftelse\.txt/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Ladda ner/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('bekräftelse.txt');
  });
});

test('after fifteen idle minutes the next request asks to sign in and then goes on where it was', async ({ page }) => {
  await signInByQr(page, installation, people.first);
  await page.getByRole('link', { name: /Bekräftelse/ }).click();
  const address = page.url();
  installation.moveClock(16 * 60 * 1000);
  await page.goto(address);
  await expect(page.getByRole('button', { name: /^Logga in med/ })).toBeVisible();
  await expect(page.getByText('Vi har tagit emot din ansökan.')).toHaveCount(0);
});

test('the operator asks what the bridge offers, and nothing is wrong with it', async () => {
  const { stdout } = await installation.operate('provider', 'check', 'bankid-bridge');
  expect(stdout).toContain(`${installation.address}/sign-in/bankid-bridge/callback`);
  expect(stdout).toContain('ES256 (accepted of these: ES256)');
  expect(stdout).toContain('nothing stands in the way');
  expect(stdout).not.toMatch(/^(note|problem):/m);
});
