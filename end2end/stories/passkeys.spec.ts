import { expect, type Page, test } from '@playwright/test';
import { Installation } from '../support/installation.ts';
import { failOnConsoleErrors, lookAt } from '../support/page.ts';
import { Authenticator } from '../support/authenticator.ts';
import { admin, choosePassword, freshStep, giveCode, givePassword, inviteAdmin, moveAuthenticator, oneTimeCode, setUpCodes } from '../support/staff.ts';

let installation: Installation;

test.beforeEach(async () => {
  moveAuthenticator(0);
  installation = await Installation.start();
});

test.afterEach(async () => {
  await installation.stop();
});

const cases = (page: Page) => expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();

const look = (page: Page, name: string) => lookAt(page, `staff-${name}-sv`);

/** Invites somebody, who chooses a password and comes to what is required. */
async function invited(page: Page, who: { name: string; email: string; password: string }): Promise<void> {
  await page.goto(await inviteAdmin(installation, who));
  await choosePassword(page, who.password);
  await page.getByRole('button', { name: 'Fortsätt' }).click();
  await expect(page.getByRole('heading', { name: 'Skydda kontot med koder från en app' })).toBeVisible();
}

test('a passkey is added on the way in, signs in, confirms, and is removed', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 4(01|10|22)/]);
  const authenticator = await Authenticator.plugIn(page);
  await invited(page, admin);
  await page.getByRole('link', { name: 'Använd passkey i stället' }).click();
  await expect(page.getByRole('heading', { name: 'Lägg till en passkey' })).toBeVisible();
  await look(page, 'passkey-set-up');

  // Who breaks it off is told so kindly, and tries again.
  await page.getByLabel('Namn på din passkey').fill('Jobbdatorn');
  await authenticator.refuse(true);
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Det blev avbrutet' })).toBeVisible({ timeout: 20_000 });
  await look(page, 'passkey-cancelled');
  await authenticator.refuse(false);
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByRole('heading', { name: 'Spara dina reservkoder' })).toBeVisible();
  expect(await authenticator.credentials()).toHaveLength(1);
  const [recoveryCode] = await page.locator('.codes .code').allInnerTexts();
  await page.getByRole('link', { name: 'Jag har sparat koderna' }).click();
  await cases(page);

  // Out and in again with it, by the keyboard alone.
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await givePassword(page, installation, admin);
  await expect(page.getByRole('heading', { name: 'Använd din passkey' })).toBeVisible();
  await look(page, 'passkey-sign-in');
  await page.getByRole('button', { name: 'Använd passkey' }).focus();
  await page.keyboard.press('Enter');
  await cases(page);

  // The only one can't be removed where one is required.
  await page.goto(`${installation.address}/staff/account`);
  await expect(page.getByRole('heading', { name: 'Jobbdatorn' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ta bort Jobbdatorn' })).toHaveCount(0);
  await look(page, 'account-passkey-only');

  // The same authenticator has one already; another may be added.
  await page.getByRole('link', { name: 'Lägg till en passkey' }).click();
  await page.getByLabel('Namn på din passkey').fill('Samma igen');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByRole('status').filter({ hasText: /har du redan lagt till/ })).toBeVisible();
  await authenticator.unplug();
  const second = await Authenticator.plugIn(page, 'usb');
  await page.getByLabel('Namn på din passkey').fill('Blå nyckeln');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByText('Din passkey är tillagd.')).toBeVisible();
  await look(page, 'account-passkeys');

  // After a while it confirms too; where it was added in this session, with the password. A mistake costs nothing but a try.
  installation.moveClock(6 * 60_000);
  await page.getByRole('button', { name: 'Ta bort Jobbdatorn' }).click();
  await expect(page.getByRole('heading', { name: 'Bekräfta att det är du' })).toBeVisible();
  const password = page.locator('#passkey_password');
  await expect(password).toHaveAccessibleDescription(/Din passkey är ny/);
  await password.fill('fel lösenord');
  await page.getByRole('button', { name: 'Använd passkey' }).click();
  await expect(page.getByText('Kontrollera lösenordet, och försök igen med din passkey.')).toBeVisible();
  await look(page, 'confirm-new-passkey');
  await password.fill(admin.password);
  await page.getByRole('button', { name: 'Använd passkey' }).click();
  await expect(page.getByText('Det är inte gjort än.')).toBeVisible();
  await page.getByRole('button', { name: 'Ta bort Jobbdatorn' }).click();
  await expect(page.getByText('Den är borttagen.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Jobbdatorn' })).toHaveCount(0);

  // Where the authenticator isn't, a recovery code goes; without JavaScript too.
  const context = await browser.newContext({ locale: 'sv-SE', javaScriptEnabled: false });
  const elsewhere = await context.newPage();
  await givePassword(elsewhere, installation, admin);
  await expect(elsewhere.getByText(/är JavaScript avstängt/)).toBeVisible();
  await expect(elsewhere.getByRole('button', { name: 'Använd passkey' })).toHaveCount(0);
  await elsewhere.getByText('Kan du inte använda din passkey?').click();
  await elsewhere.getByLabel('Reservkod').fill(recoveryCode!);
  await elsewhere.getByRole('button', { name: 'Logga in med reservkod' }).click();
  await cases(elsewhere);
  await context.close();

  // The one that is left signs in still, and its owner is told of it. Now it confirms alone.
  installation.moveClock(8 * 60_000);
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await givePassword(page, installation, admin);
  await page.getByRole('button', { name: 'Använd passkey' }).click();
  await cases(page);
  expect((await second.credentials())[0]!.signCount).toBeGreaterThan(1);
  await page.goto(`${installation.address}/staff/account`);
  const told = page.getByText(/En passkey har lagts till på ditt konto: Chrome/);
  await expect(told).toBeVisible();
  await look(page, 'account-passkey-told');
  await page.getByRole('button', { name: 'Jag har sett det här' }).click();
  await expect(told).toHaveCount(0);
  installation.moveClock(14 * 60_000);
  await page.getByRole('button', { name: 'Skapa nya reservkoder' }).click();
  await expect(page.getByRole('heading', { name: 'Bekräfta att det är du' })).toBeVisible();
  await expect(password).toHaveCount(0);
  await look(page, 'confirm-passkey');
  await page.getByRole('button', { name: 'Använd passkey' }).click();
  await expect(page.getByText('Det är inte gjort än.')).toBeVisible();

  // What else is asked for first is asked for also after a form that was refused, and nothing is sent again.
  await page.goto(`${installation.address}/staff/account/passkeys/new`);
  await page.locator('#passkey').evaluate((form: HTMLFormElement) => form.submit());
  await expect(page.getByText('Skriv ett namn på högst 60 tecken.')).toBeVisible();
  installation.moveClock(20 * 60_000);
  await page.getByLabel('Namn på din passkey').fill('Ännu en');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByRole('heading', { name: 'Bekräfta att det är du' })).toBeVisible();
  noErrors();
});

test('who has an app and a passkey uses either, and removes either', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const bo = { name: 'Bo Ek', email: 'bo.ek@exempelkommunen.example', password: 'gråsten paraply 3 hyacint' };
  await invited(page, bo);
  const { secret } = await setUpCodes(page);
  await Authenticator.plugIn(page);
  await page.goto(`${installation.address}/staff/account/passkeys/new`);
  await page.getByLabel('Namn på din passkey').fill('Telefonen');
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await expect(page.getByText('Din passkey är tillagd.')).toBeVisible();
  await look(page, 'account-either');

  installation.moveClock(60_000);
  moveAuthenticator(60_000);
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await givePassword(page, installation, bo);
  await page.getByText('Skriv en kod från appen i stället').click();
  await freshStep(page);
  await giveCode(page, '000000');
  await expect(page.getByLabel('Kod med sex siffror')).toHaveAccessibleDescription(/stämmer inte/);
  await look(page, 'second-factor-either-wrong');
  await giveCode(page, oneTimeCode(secret));
  await cases(page);
  await page.goto(`${installation.address}/staff/account`);
  await page.getByRole('button', { name: 'Ta bort Telefonen' }).click();
  await expect(page.getByText('Den är borttagen.')).toBeVisible();
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await givePassword(page, installation, bo);
  await expect(page.getByRole('heading', { name: 'Skriv koden från din app' })).toBeVisible();
  noErrors();
});
