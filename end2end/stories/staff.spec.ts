import { expect, type Page, test } from '@playwright/test';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph, readQr } from '../support/page.ts';
import { admin, choosePassword, freshStep, giveCode, givePassword, inviteAdmin, moveAuthenticator, oneTimeCode, setUpCodes } from '../support/staff.ts';

let installation: Installation;

test.beforeAll(async () => {
  // Another file's stories may have left the phone ahead of this installation's clock.
  moveAuthenticator(0);
  installation = await Installation.start();
});

test.afterAll(async () => {
  await installation.stop();
});

/** The secret of the admin's app, once it is set up. */
let appSecret = '';

/** Signs the admin in; the portal's clock and the app's go on by a step each time, since no code counts twice. */
async function signedIn(page: Page): Promise<void> {
  clock += 60_000;
  moveAuthenticator(clock);
  installation.moveClock(clock);
  await givePassword(page, installation, admin);
  await freshStep(page);
  await giveCode(page, oneTimeCode(appSecret));
  await expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
}
let clock = 60_000;

test.describe.configure({ mode: 'serial' });

test('an admin is invited, protects the account, and works as staff', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 4(01|10|22)/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `staff-${name}-sv`);
  };
  const link = await inviteAdmin(installation);

  // The link tells whom it is for, and asks for a password that can't be guessed.
  await page.goto(link);
  await expect(page.getByText(`Välkommen, ${admin.name}!`)).toBeVisible();
  await look('invitation');
  await choosePassword(page, 'Exempelkommunen1');
  await page.getByRole('button', { name: 'Fortsätt' }).click();
  await expect(page.getByLabel('Nytt lösenord')).toHaveAccessibleDescription(/för likt|för lätt att gissa/);
  await look('invitation-wrong');
  await choosePassword(page, admin.password);
  await page.getByRole('button', { name: 'Fortsätt' }).click();

  // The second factor is required: QR code and text give the same secret.
  await expect(page.getByRole('heading', { name: 'Skydda kontot med koder från en app' })).toBeVisible();
  const uri = new URL(await readQr(page.getByRole('img', { name: /^QR-kod/ })));
  await look('second-factor-set-up');
  const { secret, recoveryCodes } = await setUpCodes(page);
  appSecret = secret;
  expect(uri.protocol).toBe('otpauth:');
  expect(uri.searchParams.get('secret')).toBe(secret.replaceAll(' ', ''));
  expect(uri.searchParams.get('issuer')).toBe('Exempelkommunen');
  expect(new Set(recoveryCodes).size).toBe(10);
  await look('recovery-codes');

  // The link is used up.
  const other = await (await browser.newContext({ locale: 'sv-SE' })).newPage();
  const answer = await other.goto(link);
  expect(answer?.status()).toBe(410);
  await expect(other.getByRole('heading', { name: 'Inbjudan gäller inte' })).toBeVisible();

  // What the organisation's system sent stands here, with what became of it.
  await page.goto(`${installation.address}/staff`);
  await expect(page).toHaveURL(/\/staff\/cases$/);
  await look('cases-empty');
  await installation.valv(['send', '--to', people.first, '--to', people.second, '--title', 'Beslut om hemtjänst', '--body', 'Hej.', 'config/bridge.toml']);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Beslut om hemtjänst' })).toBeVisible();
  await expect(page.getByText('20000101-2384')).toBeVisible();
  await expect(page.getByText('Inte öppnat')).toHaveCount(2);
  await look('cases');

  // Out, and in again: the code that was used is refused, the next one is good.
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await expect(page.getByRole('heading', { name: 'Du är utloggad' })).toBeVisible();
  await look('signed-out');
  await page.goto(`${installation.address}/staff`);
  await expect(page).toHaveURL(/\/staff\/sign-in\/exempelkommunen$/);
  await look('sign-in');
  await givePassword(page, installation, { email: admin.email, password: 'fel lösenord som någon gissar' });
  await expect(page.getByRole('alert')).toContainText('Det gick inte att logga in');
  await look('sign-in-refused');
  await givePassword(page, installation, admin);
  await expect(page.getByRole('heading', { name: 'Skriv koden från din app' })).toBeVisible();
  await look('second-factor');
  moveAuthenticator(60_000);
  installation.moveClock(60_000);
  await freshStep(page);
  const code = oneTimeCode(secret);
  await giveCode(page, code);
  await expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();

  await givePassword(other, installation, admin);
  await giveCode(other, code);
  await expect(other.getByLabel('Kod med sex siffror')).toHaveAccessibleDescription(/redan använt/);

  // A recovery code, once.
  const [recoveryCode] = recoveryCodes;
  await other.getByText('Har du inte telefonen?').click();
  await other.getByLabel('Reservkod').fill(recoveryCode!);
  await other.getByRole('button', { name: 'Logga in med reservkod' }).click();
  await expect(other.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
  const third = await (await browser.newContext({ locale: 'sv-SE' })).newPage();
  await givePassword(third, installation, admin);
  await third.getByText('Har du inte telefonen?').click();
  await third.getByLabel('Reservkod').fill(recoveryCode!);
  await third.getByRole('button', { name: 'Logga in med reservkod' }).click();
  await expect(third.getByLabel('Reservkod')).toHaveAccessibleDescription(/redan använd/);

  // An admin's account tells of the wrong try, and of the codes that are left.
  await page.getByRole('link', { name: /^Något har hänt/ }).click();
  await expect(page.getByText(/med fel uppgifter/)).toBeVisible();
  await expect(page.getByText('Du har 9 reservkoder kvar.')).toBeVisible();
  await look('account');
  await page.getByRole('button', { name: 'Jag har sett det här' }).click();
  await expect(page.getByText(/med fel uppgifter/)).toHaveCount(0);
  await page.getByRole('link', { name: 'Se var du är inloggad' }).click();
  await expect(page.getByRole('heading', { name: 'Dina inloggningar' })).toBeVisible();
  await look('sessions');
  noErrors();
});

test('an admin invites a colleague, who sees no more than their role gives', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 4(03|22)/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `staff-${name}-sv`);
  };
  await signedIn(page);
  await page.getByRole('link', { name: 'Personal' }).click();
  await expect(page.getByRole('heading', { name: 'Maria Norén Du' })).toBeVisible();
  await page.getByRole('link', { name: 'Bjud in någon' }).click();
  await page.getByLabel('Namn').fill('Bo Ek');
  await page.getByLabel('E‑postadress').fill('bo');
  await page.getByRole('button', { name: 'Skapa inbjudan' }).click();
  await expect(page.getByLabel('E‑postadress')).toHaveAccessibleDescription(/Skriv en e‑postadress/);
  await expect(page.getByLabel('Namn')).toHaveValue('Bo Ek');
  await look('invite-wrong');
  await page.getByLabel('E‑postadress').fill('bo.ek@exempelkommunen.example');
  await page.getByRole('button', { name: 'Skapa inbjudan' }).click();
  await expect(page.getByRole('heading', { name: 'Inbjudan är skapad' })).toBeVisible();
  await look('invited');
  const link = await page.locator('.code').innerText();

  const context = await browser.newContext({ locale: 'sv-SE', javaScriptEnabled: false });
  const bo = await context.newPage();
  await bo.goto(link);
  await choosePassword(bo, 'gråsten paraply 3 hyacint');
  await bo.getByRole('button', { name: 'Fortsätt' }).click();
  await setUpCodes(bo);
  await bo.getByRole('link', { name: 'Jag har sparat koderna' }).click();
  await expect(bo.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
  await expect(bo.getByRole('link', { name: 'Personal' })).toHaveCount(0);
  expect((await bo.goto(`${installation.address}/staff/members`))?.status()).toBe(403);

  await page.goto(`${installation.address}/staff/members`);
  await look('members');
  await page.getByRole('link', { name: 'Bo Ek' }).click();
  await look('member');
  await page.getByRole('button', { name: 'Stäng av kontot' }).click();
  await expect(page.getByText('Kontot är avstängt.')).toBeVisible();
  await bo.goto(`${installation.address}/staff`);
  await expect(bo.getByRole('heading', { name: 'Logga in som handläggare' })).toBeVisible();
  await context.close();
  noErrors();
});

test('an admin sets up a system, whose secret lets it in', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `staff-${name}-sv`);
  };
  await signedIn(page);
  await page.getByRole('link', { name: 'System' }).click();
  await look('systems');
  await page.getByRole('link', { name: 'Lägg till ett system' }).click();
  await page.getByLabel('Namn').fill('Ärendesystemet');
  await page.getByLabel('Tillåtna nätverk').fill('127.0.0.0/8\nkontoret');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByLabel('Tillåtna nätverk')).toHaveAccessibleDescription(/Nummer 2 är varken/);
  await look('system-new-wrong');
  await page.getByLabel('Tillåtna nätverk').fill('127.0.0.0/8\n::1');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByRole('heading', { name: 'Spara systemets hemlighet' })).toBeVisible();
  await look('system-secret');
  const [client, secret] = await page.locator('dd.code').allInnerTexts();
  const token = await fetch(`${installation.address}/api/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(token.status).toBe(200);
  await page.getByRole('link', { name: 'Hemligheten är sparad' }).click();
  await look('system');
  await page.getByRole('button', { name: 'Dra in Hemlighet' }).click();
  await expect(page.getByText('Den gäller inte längre.')).toBeVisible();
  await page.getByRole('link', { name: 'Inloggningsregler' }).click();
  await look('rules');
  noErrors();
});

test('an admin lets checkpoints of the log go to an address of their own', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `staff-${name}-sv`);
  };
  await signedIn(page);
  await page.getByRole('link', { name: 'Logg', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Kontrollpunkter till en egen adress' })).toBeVisible();
  await expect(page.getByText('Ingen adress är angiven, så inget skickas.')).toBeVisible();
  for (const [address, told] of [
    ['http://checkpoints.example/take', /Skriv en adress som börjar med https/],
    ['https://127.0.0.1/take', /Dit får portalen inte skicka något/],
  ] as const) {
    await page.getByLabel('Adress', { exact: true }).fill(address);
    await page.getByRole('button', { name: 'Skicka kontrollpunkter dit' }).click();
    await expect(page.getByText(told)).toBeVisible();
  }
  await look('webhook-refused');
  await page.getByLabel('Adress', { exact: true }).fill('https://checkpoints.example/take?key=secret-word');
  await page.getByRole('button', { name: 'Skicka kontrollpunkter dit' }).click();
  await expect(page.getByText('Adressen är sparad. Kontrollpunkter skickas dit från och med nu.')).toBeVisible();
  await expect(page.getByText('checkpoints.example').first()).toBeVisible();
  expect(await page.content()).not.toContain('secret-word');
  await look('webhook-set');
  await page.getByRole('button', { name: 'Sluta skicka' }).click();
  await expect(page.getByText('Kontrollpunkter skickas inte längre till en egen adress.')).toBeVisible();
  noErrors();
});

test('an admin makes a register extract of what the organisation has registered', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `staff-${name}-sv`);
  };
  await signedIn(page);
  await page.getByRole('link', { name: 'Registerutdrag' }).click();
  await page.getByLabel('Personnummer eller samordningsnummer').fill('20000101-2385');
  await page.getByLabel('Varför?').fill('Begäran enligt artikel 15');
  await page.getByRole('button', { name: 'Gör registerutdrag' }).click();
  await expect(page.getByLabel('Personnummer eller samordningsnummer')).toHaveAccessibleDescription(/sista siffran stämmer inte/);
  await expect(page.getByLabel('Varför?')).toHaveValue('Begäran enligt artikel 15');
  await look('extract-wrong');
  await page.getByLabel('Personnummer eller samordningsnummer').fill('20000101-2384');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Gör registerutdrag' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  await page.goto(`${installation.address}/staff/extracts`);
  await expect(page.getByText('Av Maria Norén')).toBeVisible();
  await look('extract-made');
  noErrors();
});
