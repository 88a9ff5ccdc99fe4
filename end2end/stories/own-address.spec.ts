import { expect, test } from '@playwright/test';
import { Installation, people } from '../support/installation.ts';
import { MailServer } from '../support/mail.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { signInByQr } from '../support/sign-in.ts';

let server: MailServer;
let installation: Installation;

test.beforeAll(async () => {
  server = await MailServer.start();
  installation = await Installation.start({ configuration: server.configuration });
});

test.afterAll(async () => {
  await installation.stop();
  server.stop();
});

test('a person gives an address of their own, proves it by a code, and takes it back', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `own-address-${name}-sv`);
  };
  await installation.valv(['send', '--to', people.first, '--title', 'Beslut om hemtjänst', '--body', 'Hej.', 'config/bridge.toml']);
  await signInByQr(page, installation, people.first);
  await page.setViewportSize({ width: 390, height: 844 });

  // Nothing is ticked beforehand, and without the tick nothing is sent.
  await page.goto(`${installation.address}/mail`);
  await expect(page.getByText(/Vi har ingen e‑postadress till dig/)).toBeVisible();
  const consent = page.getByRole('checkbox', { name: /^Ja, portalen får mejla mig/ });
  await expect(consent).not.toBeChecked();
  await page.getByRole('textbox', { name: 'Din e‑postadress' }).fill('anna@example.se');
  await page.getByRole('button', { name: 'Skicka koden' }).click();
  await expect(page.getByText(/Utan ditt ja skickar vi ingen kod/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Din e‑postadress' })).toHaveValue('anna@example.se');
  await look('not-ticked');
  expect(server.mails).toHaveLength(0);

  // The code that was mailed proves it; another does not.
  await consent.check();
  await page.getByRole('button', { name: 'Skicka koden' }).click();
  await expect(page.getByRole('heading', { name: 'Skriv koden från mejlet' })).toBeVisible();
  await look('code');
  await expect.poll(() => server.mails.length, { timeout: 30_000 }).toBe(1);
  const [mail] = server.mails;
  expect(mail!.to).toEqual(['anna@example.se']);
  expect(mail!.content).not.toContain('Beslut om hemtjänst');
  const code = mail!.content.match(/\b(\d{4})[ \u00a0]?(\d{4})\b/)!.slice(1).join('');
  await page.getByRole('textbox', { name: 'Kod', exact: true }).fill(code.startsWith('1') ? '22222222' : '11111111');
  await page.getByRole('button', { name: 'Bekräfta adressen' }).click();
  await expect(page.getByRole('textbox', { name: 'Kod', exact: true })).toHaveAccessibleDescription(/Koden stämmer inte. Du kan försöka 4 gånger till/);
  await look('code-wrong');
  await page.getByRole('textbox', { name: 'Kod', exact: true }).fill(`${code.slice(0, 4)} ${code.slice(4)}`);
  await page.getByRole('button', { name: 'Bekräfta adressen' }).click();
  await expect(page.getByText(/Vi mejlar dig på anna@example\.se/)).toBeVisible();
  await look('proven');

  // What they said yes to can be read; taking it back leaves no address.
  await page.getByRole('link', { name: 'Visa vad du sa ja till' }).click();
  await expect(page.getByText(/Jag kan ta tillbaka mitt ja när som helst/)).toBeVisible();
  await look('consent');
  await page.goto(`${installation.address}/mail`);
  await page.getByRole('button', { name: 'Ta tillbaka mitt ja och ta bort adressen' }).click();
  await expect(page.getByText(/Nu mejlar vi dig inte mer/)).toBeVisible();
  await expect(page.getByText('anna@example.se')).toHaveCount(0);
  await look('withdrawn');
  noErrors();
});
