import { expect, type Locator, type Page, test } from '@playwright/test';
import { Admin } from '../support/admin.ts';
import { Installation, people } from '../support/installation.ts';
import { failOnConsoleErrors, lookAt } from '../support/page.ts';

const phone = { width: 390, height: 844 };

let installation: Installation;
let admin: Admin;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  installation = await Installation.start();
  admin = new Admin(installation);
  for (const [to, title] of [[people.first, 'Beslut om hemtjänst'], [people.second, 'Beslut om parkering']] as const) {
    await installation.valv(['send', '--to', to, '--title', title, '--body', 'Hej.', '--document-type', 'beslut', 'config/bridge.toml']);
  }
});

test.afterAll(async () => {
  await installation?.stop();
});

const open = (page: Page, path: string) => page.goto(installation.address + path);
const look = (page: Page, name: string) => lookAt(page, `retention-${name}-sv`);

const group = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const everythingElse = 'Regel för allt som inte har en egen';

/** Goes there with the tab key alone, as far as a page has places to stop at. What has the focus shows it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < 80; stops += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expect(target).not.toHaveCSS('outline-style', 'none');
      return;
    }
  }
  throw new Error(`the tab key never comes to ${target}`);
}

/** Writes over what a field has, with the keyboard alone. */
async function writeIn(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

test('an admin sees what other rules would do before they save them', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  await admin.begin(page);

  await page.getByRole('link', { name: 'Gallring', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Gallring', level: 1 })).toBeVisible();
  await page.getByText('Visa som tabell').click();
  await expect(page.getByRole('table', { name: 'Dokument per kalendervecka' }).getByRole('row')).toHaveCount(13);
  await expect(page.getByRole('cell', { name: '2', exact: true })).toHaveCount(1);
  await look(page, 'rules');

  await page.getByRole('link', { name: 'Ändra reglerna' }).click();
  const days = group(page, everythingElse).getByRole('textbox', { name: 'Antal dagar' });
  await days.fill('många');
  await page.getByRole('button', { name: 'Visa vad som händer' }).click();
  await expect(days).toHaveAccessibleDescription(/Skriv ett helt antal dagar mellan gränserna/);
  await look(page, 'form-wrong');
  await days.fill('60');
  await page.getByText('En ny dokumenttyp').click();
  const other = group(page, 'En ny dokumenttyp');
  await other.getByRole('textbox', { name: 'Dokumenttypens namn' }).fill('beslutt');
  await other.getByRole('textbox', { name: 'Antal dagar' }).fill('20');
  await look(page, 'form');
  await page.getByRole('button', { name: 'Visa vad som händer' }).click();
  await expect(page.getByRole('heading', { name: 'Det här händer om du sparar' })).toBeVisible();
  await expect(page.getByText('2 dokument i 2 meddelanden finns kvar längre än annars')).toBeVisible();
  await expect(page.getByText(/^Menade du ”beslut”, som används\?/)).toBeVisible();
  await look(page, 'effect');

  // Nothing is saved yet, and leaving leaves it at that.
  await page.getByRole('link', { name: 'Tillbaka utan att spara' }).click();
  await expect(page.getByText(/^60 dagar från/)).toHaveCount(0);
  await page.getByRole('link', { name: 'Ändra reglerna' }).click();
  await days.fill('60');
  await page.getByRole('button', { name: 'Visa vad som händer' }).click();
  await page.getByRole('button', { name: 'Spara reglerna' }).click();
  await expect(page.getByText('Reglerna gäller nu, också för det som redan är skickat.')).toBeVisible();
  await expect(page.getByText('60 dagar från att det skickades').first()).toBeVisible();
  await look(page, 'saved');
  noErrors();
});

test('the rules are changed with the keyboard alone', async ({ page }) => {
  const noErrors = failOnConsoleErrors(page);
  await admin.signIn(page);
  await page.setViewportSize(phone);
  await open(page, '/staff/retention');
  await tabTo(page, page.getByRole('link', { name: 'Ändra reglerna' }));
  await page.keyboard.press('Enter');
  const rest = group(page, everythingElse);
  await writeIn(page, rest.getByRole('textbox', { name: 'Antal dagar' }), '50');
  await tabTo(page, rest.getByRole('radio', { name: 'det skickades' }));
  await page.keyboard.press('ArrowDown');
  await expect(rest.getByRole('radio', { name: 'mottagaren öppnade det första gången' })).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await writeIn(page, rest.getByRole('textbox', { name: 'Ändamål' }), 'Att kunna läsa beslutet');
  await tabTo(page, page.locator('summary', { hasText: /^beslut/ }));
  await page.keyboard.press('Enter');
  await writeIn(page, group(page, 'beslut').getByRole('textbox', { name: 'Antal dagar' }), '40');
  await tabTo(page, page.getByRole('button', { name: 'Visa vad som händer' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 dokument i 2 meddelanden försvinner tidigare än annars')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Spara reglerna' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Reglerna gäller nu, också för det som redan är skickat.')).toBeVisible();
  await expect(page.getByText('40 dagar från att det skickades').first()).toBeVisible();
  await tabTo(page, page.getByText('Visa som tabell'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Dokument per kalendervecka' })).toBeVisible();
  noErrors();
});

test('the rules are changed without a script', async ({ page, browser }) => {
  await admin.signIn(page);
  const storageState = await page.context().storageState();
  const plain = await (await browser.newContext({ locale: 'sv-SE', javaScriptEnabled: false, viewport: phone, storageState })).newPage();
  await open(plain, '/staff/retention');
  await plain.getByText('Visa som tabell').click();
  await expect(plain.getByRole('table', { name: 'Dokument per kalendervecka' })).toBeVisible();
  await plain.getByRole('link', { name: 'Ändra reglerna' }).click();
  await plain.locator('summary', { hasText: /^beslut/ }).click();
  const days = group(plain, 'beslut').getByRole('textbox', { name: 'Antal dagar' });
  await days.fill('0');
  await plain.getByRole('button', { name: 'Visa vad som händer' }).click();
  // What was wrong is shown open.
  await expect(days).toBeVisible();
  await expect(days).toHaveAccessibleDescription(/Skriv ett helt antal dagar mellan gränserna/);
  await days.fill('45');
  await plain.getByRole('button', { name: 'Visa vad som händer' }).click();
  await expect(plain.getByText('2 dokument i 2 meddelanden finns kvar längre än annars')).toBeVisible();
  await plain.getByRole('button', { name: 'Spara reglerna' }).click();
  await expect(plain.getByText('Reglerna gäller nu, också för det som redan är skickat.')).toBeVisible();
  await expect(plain.getByText('45 dagar från att det skickades').first()).toBeVisible();
  await plain.context().close();
});
