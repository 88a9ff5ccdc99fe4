import { expect, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import type { Installation } from './installation.ts';

export const organisation = 'exempelkommunen';
export const admin = { name: 'Maria Norén', email: 'maria.noren@exempelkommunen.example', password: 'blåbär cykelställ 7 tegelsten' } as const;

/** The clock of a phone that shows codes: the machine's, or ahead of it as the portal's is. */
let ahead = 0;
export function moveAuthenticator(millis: number): void {
  ahead = millis;
}

/** The code of six digits for a secret (RFC 6238), by OATH Toolkit, which is not ours. */
export function oneTimeCode(secret: string, steps = 0): string {
  const seconds = Math.floor((Date.now() + ahead) / 1000) + steps * 30;
  const when = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return execFileSync('oathtool', ['--totp', '--base32', '--now', `${when} UTC`, secret.replaceAll(' ', '')], { encoding: 'utf8' }).trim();
}

/** Waits until the step of the codes has room for what comes: a code that is asked for right before its end may come late. */
export async function freshStep(page: Page): Promise<void> {
  const intoStep = ((Date.now() + ahead) / 1000) % 30;
  if (intoStep > 20) await page.waitForTimeout((30.5 - intoStep) * 1000);
}

/** The id of the demonstration organisation. */
export async function organisationId(installation: Installation): Promise<string> {
  const { stdout } = await installation.operate('organisation', 'list');
  const id = stdout.match(/^([0-9a-f-]{36}) .*Exempelkommunen$/m)?.[1];
  if (!id) throw new Error(`no demonstration organisation in: ${stdout}`);
  return id;
}

/** The link by which the organisation's first admin gets in. */
export async function inviteAdmin(installation: Installation, { name, email }: { name: string; email: string } = admin): Promise<string> {
  const id = await organisationId(installation);
  const invited = await installation.operate('staff', 'invite-admin', '--organisation', id, '--name', name, '--email', email);
  const link = invited.stdout.match(/^invitation (\S+)$/m)?.[1];
  if (!link) throw new Error(`no invitation in: ${invited.stdout}`);
  return link;
}

export async function choosePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel(/^(Nytt lösenord|New password)$/).fill(password);
  await page.getByLabel(/^(Det nya lösenordet en gång till|The new password once more)$/).fill(password);
}

/** Sets up the codes on the page that asks for it, and gives the secret and the recovery codes. */
export async function setUpCodes(page: Page): Promise<{ secret: string; recoveryCodes: string[] }> {
  await page.getByText(/^(Kan du inte läsa av rutan|Can't you scan the square)\?$/).click();
  const secret = await page.locator('.set-up .code').innerText();
  await page.getByLabel(/^(Kod med sex siffror|Six-digit code)$/).fill(oneTimeCode(secret));
  await page.getByRole('button', { name: /^(Slå på|Turn on)$/ }).click();
  await expect(page.getByRole('heading', { name: /^(Spara dina reservkoder|Save your recovery codes)$/ })).toBeVisible();
  return { secret, recoveryCodes: await page.locator('.codes .code').allInnerTexts() };
}

/** Signs in with the password, up to what is asked for next. */
export async function givePassword(page: Page, installation: Installation, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto(`${installation.address}/staff/sign-in/${organisation}`);
  await page.getByLabel(/^(E‑postadress|E-mail address)$/).fill(email);
  await page.getByLabel(/^(Lösenord|Password)$/).fill(password);
  await page.getByRole('button', { name: /^(Fortsätt|Continue)$/ }).click();
}

export async function giveCode(page: Page, code: string): Promise<void> {
  await page.getByLabel(/^(Kod med sex siffror|Six-digit code)$/).fill(code);
  await page.getByRole('button', { name: /^(Logga in|Sign in|Bekräfta|Confirm)$/ }).click();
}
