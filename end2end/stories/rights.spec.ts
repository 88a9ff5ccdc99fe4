import { type Browser, expect, type Page, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { Admin } from '../support/admin.ts';
import { Installation, people } from '../support/installation.ts';
import { failOnConsoleErrors, lookAt } from '../support/page.ts';
import { signInByQr } from '../support/sign-in.ts';
import { choosePassword, setUpCodes } from '../support/staff.ts';

const phone = { width: 390, height: 844 };
const recipient = '20000101-2384';

let installation: Installation;
let admin: Admin;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  installation = await Installation.start();
  admin = new Admin(installation);
  await installation.valv(['send', '--to', people.first, '--title', 'Beslut om hemtjänst', '--body', 'Hej.', '--document-type', 'beslut', 'config/bridge.toml']);
});

test.afterAll(async () => {
  await installation?.stop();
});

const open = (page: Page, path: string) => page.goto(installation.address + path);
const look = (page: Page, name: string) => lookAt(page, `rights-${name}-sv`);

/** The person, signed in on a phone, in a browser of their own. */
async function reader(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'sv-SE' })).newPage();
  await signInByQr(page, installation, people.first);
  await page.setViewportSize(phone);
  return page;
}

/** What a file in the archive has in it, read by a program that is not ours. */
function inArchive(archive: string, name: RegExp): string {
  const read = 'import sys, zipfile, re; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; '
    + 'names = [n for n in z.namelist() if re.search(sys.argv[2], n)]; assert len(names) == 1, z.namelist(); '
    + 'sys.stdout.buffer.write(z.read(names[0]))';
  return execFileSync('python3', ['-c', read, archive, name.source], { encoding: 'utf8' });
}

test('a person gets a copy of all that is held about them', async ({ browser }) => {
  const person = await reader(browser);
  const noErrors = failOnConsoleErrors(person);
  await open(person, '/rights');
  await look(person, 'rights');
  await person.getByRole('link', { name: 'Få en kopia av allt som portalen har om dig' }).click();
  await look(person, 'your-data');
  await person.getByRole('button', { name: 'Beställ registerutdrag' }).click();
  await expect(person.getByText('Registerutdraget är beställt.')).toBeVisible();
  const download = person.getByRole('button', { name: 'Ladda ner' }).or(person.getByRole('link', { name: 'Ladda ner' }));
  // The page does not reload itself; a person looks again.
  await expect(async () => {
    await person.reload();
    await expect(download).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await look(person, 'extract-ready');
  const [file] = await Promise.all([person.waitForEvent('download'), download.click()]);
  const archive = await file.path();
  expect(inArchive(archive, /\.json$/)).toContain('Beslut om hemtjänst');
  expect(inArchive(archive, /\.pdf$/).slice(0, 5)).toBe('%PDF-');
  expect(inArchive(archive, /bridge\.toml$/)).toContain('[listen]');
  noErrors();
  await person.context().close();
});

test('an admin extends a case and holds it, of which the person sees what the organisation shows', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  await admin.begin(page);
  await page.getByRole('link', { name: recipient, exact: true }).click();
  await page.getByRole('button', { name: 'Förläng ärendet' }).click();
  await expect(page.getByLabel('Sista dagen')).toHaveAccessibleDescription(/Skriv en dag\./);
  await look(page, 'extend-wrong');
  await page.getByLabel('Sista dagen').fill(admin.dayIn(70));
  await page.getByLabel('Skäl').fill('Överklagat, dnr 2026/17');
  await page.getByRole('button', { name: 'Förläng ärendet' }).click();
  await expect(page.getByText('Ärendet är förlängt.')).toBeVisible();
  await look(page, 'extended');

  await open(page, '/staff/cases');
  await page.getByRole('link', { name: `Spärra från gallring: ${recipient}` }).click();
  await page.getByRole('button', { name: 'Spärra', exact: true }).click();
  await expect(page.getByLabel('Ompröva spärren den')).toHaveAccessibleDescription(/Välj en dag efter i dag/);
  await look(page, 'hold-wrong');
  await page.getByLabel('Skäl').fill('Tvist, dnr 2026/18');
  await page.getByLabel('Ompröva spärren den').fill(admin.dayIn(90));
  await page.getByRole('button', { name: 'Spärra', exact: true }).click();
  await expect(page.getByText('Spärren gäller. Inget av det som den omfattar förstörs.')).toBeVisible();
  await expect(page.getByText('Omfattar ett meddelande')).toBeVisible();
  await look(page, 'holds');

  const person = await reader(browser);
  const personsErrors = failOnConsoleErrors(person);
  await person.getByRole('link', { name: /Beslut om hemtjänst/ }).click();
  await expect(person.getByText(/har bestämt att ärendet ska finnas kvar längre/)).toBeVisible();
  const held = person.getByText(/Avsändaren har bestämt att det ändå inte ska raderas då/);
  await expect(held).toHaveCount(0);
  await look(person, 'case');
  await open(page, '/staff/holds');
  await page.getByLabel('Mottagarna får se att ett ärende är spärrat').check();
  await page.getByRole('button', { name: 'Spara' }).click();
  await expect(page.getByText('Valet är sparat.')).toBeVisible();
  await look(page, 'holds-shown');
  await person.reload();
  await expect(held).toBeVisible();
  await look(person, 'case-held');
  await person.context().close();

  await open(page, '/staff/retention');
  await expect(page.getByText('Ett dokument är spärrat och räknas inte med.')).toBeVisible();
  personsErrors();
  noErrors();
});

test('a person asks for erasure, which is granted and waits for the hold', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  const person = await reader(browser);
  const personsErrors = failOnConsoleErrors(person, [/status of 422/]);
  await open(person, '/rights');
  await person.getByRole('link', { name: 'Be om radering eller rättelse' }).click();
  await person.getByRole('button', { name: 'Skicka' }).click();
  await expect(person.getByText('Välj vad det gäller.')).toBeVisible();
  await look(person, 'request-wrong');
  await person.getByLabel('Vad gäller det?').selectOption('Allt från Exempelkommunen');
  await person.getByRole('radio', { name: 'Få det raderat' }).check();
  await person.getByLabel('Beskriv vad du vill').fill('Jag vill inte att det finns kvar.');
  await person.getByRole('button', { name: 'Skicka' }).click();
  await expect(person.getByText('Mottagen', { exact: true })).toBeVisible();
  await look(person, 'request');

  await admin.signIn(page);
  await open(page, '/staff/requests');
  await look(page, 'requests');
  await page.getByRole('link', { name: `Radering, ${recipient}` }).click();
  await expect(page.getByText('Jag vill inte att det finns kvar.')).toBeVisible();
  await page.getByRole('button', { name: 'Radera', exact: true }).click();
  await expect(page.getByText('Välj minst ett ärende.')).toBeVisible();
  await look(page, 'answer-wrong');
  await page.getByRole('checkbox', { name: /^beslut, skickat / }).check();
  await page.getByRole('button', { name: 'Radera', exact: true }).click();
  await expect(page.getByText(/^Begäran är beviljad\. Något är spärrat/)).toBeVisible();
  await look(page, 'granted');

  await person.reload();
  await expect(person.getByText('Beviljad, väntar på radering')).toBeVisible();
  await look(person, 'request-waits');
  await open(person, '/inbox');
  await expect(person.getByText('Beslut om hemtjänst')).toHaveCount(0);
  await person.context().close();
  personsErrors();
  noErrors();
});

test('the hold is lifted, and an auditor sees all of it and changes nothing', async ({ page, browser }) => {
  const noErrors = failOnConsoleErrors(page, [/status of 422/]);
  await admin.signIn(page);
  await open(page, '/staff/holds');
  await page.getByRole('link', { name: `Ärende med ${recipient}` }).click();
  await page.getByRole('button', { name: 'Häv spärren' }).click();
  await expect(page.getByLabel('Skäl för att häva')).toHaveAccessibleDescription(/Skriv varför/);
  await look(page, 'lift-wrong');
  await page.getByLabel('Skäl för att häva').fill('Tvisten är avgjord');
  await page.getByRole('button', { name: 'Häv spärren' }).click();
  await expect(page.getByText(/^Spärren är hävd\./)).toBeVisible();
  await look(page, 'lifted');

  await open(page, '/staff/members/new');
  await page.getByLabel('Namn').fill('Eva Lind');
  await page.getByLabel('E‑postadress').fill('eva.lind@exempelkommunen.example');
  await page.getByRole('radio', { name: 'Granskare' }).check();
  await page.getByRole('button', { name: 'Skapa inbjudan' }).click();
  const auditor = await (await browser.newContext({ locale: 'sv-SE' })).newPage();
  const auditorsErrors = failOnConsoleErrors(auditor, [/status of 403/]);
  await auditor.goto(await page.locator('.code').innerText());
  await choosePassword(auditor, 'gråsten paraply 3 hyacint');
  await auditor.getByRole('button', { name: 'Fortsätt' }).click();
  await setUpCodes(auditor);
  await open(auditor, '/staff/retention');
  await expect(auditor.getByRole('heading', { name: 'Gallring', level: 1 })).toBeVisible();
  await expect(auditor.getByRole('link', { name: 'Ändra reglerna' })).toHaveCount(0);
  await look(auditor, 'auditor-rules');
  expect((await auditor.goto(`${installation.address}/staff/retention/change`))?.status()).toBe(403);
  await open(auditor, '/staff/holds');
  await expect(auditor.getByLabel('Mottagarna får se att ett ärende är spärrat')).toBeDisabled();
  await look(auditor, 'auditor-holds');
  await open(auditor, '/staff/protocols');
  await expect(auditor.getByRole('heading', { name: 'Inga protokoll än' })).toBeVisible();
  await look(auditor, 'auditor-protocols');
  await open(auditor, '/staff/audit');
  await expect(auditor.getByText(/hävde en spärr|Hävde en spärr|spärr/i).first()).toBeVisible();
  await look(auditor, 'auditor-log');
  auditorsErrors();
  noErrors();
});
