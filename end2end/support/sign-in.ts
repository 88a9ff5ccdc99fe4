import { expect, type Page } from '@playwright/test';
import type { Installation } from './installation.ts';
import { readQr } from './page.ts';

/** From the portal's first page to the bridge's, by the button that a person would press. */
export async function startSignIn(page: Page, installation: Installation): Promise<void> {
  await page.goto(installation.address);
  await page.getByRole('button', { name: /^(Logga in med|Log in with|Sign in with)/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** Signs in on a desktop: the QR code on the page is read as a picture and handed to the simulated phone. */
export async function signInByQr(page: Page, installation: Installation, personnummer: string): Promise<void> {
  await startSignIn(page, installation);
  const code = page.getByRole('img', { name: /QR/ });
  await expect(code).toBeVisible();
  const phone = await page.context().newPage();
  try {
    await phone.goto(installation.phone);
    await scan(phone, await readQr(code), personnummer);
  } finally {
    await phone.close();
  }
  await page.waitForURL((url) => url.origin === installation.address);
}

/** Signs in on a phone: a tap opens the app there, which comes back to the browser when it is done. */
export async function signInOnPhone(page: Page, installation: Installation, personnummer: string): Promise<void> {
  await startSignIn(page, installation);
  await page.getByRole('link', { name: /^(Öppna BankID|Open BankID)/ }).click();
  await page.waitForURL((url) => url.origin === installation.phone);
  await approve(page, personnummer);
  await page.waitForURL((url) => url.origin === installation.address);
}

/** Scans with the simulated phone and approves there. */
async function scan(phone: Page, code: string, personnummer: string): Promise<void> {
  await phone.getByLabel(/QR/).fill(code);
  await phone.getByRole('button', { name: /^Scan/ }).click();
  await approve(phone, personnummer);
  // Chromium may never answer when a page is closed while it is on its way to another.
  await expect(phone.getByRole('heading', { name: 'Approved' })).toBeVisible();
}

async function approve(phone: Page, personnummer: string): Promise<void> {
  await phone.getByLabel(new RegExp(personnummer)).check();
  await phone.getByRole('button', { name: /^Identify/ }).click();
}
