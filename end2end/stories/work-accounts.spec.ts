import { expect, test, type Browser, type Page } from '@playwright/test';
import { Installation } from '../support/installation.ts';
import { expectAccessible, failOnConsoleErrors, photograph } from '../support/page.ts';
import { identify, OtherProvider } from '../support/provider.ts';
import { organisation, organisationId } from '../support/staff.ts';

/** The directories of the demonstration organisation and of its neighbour. */
const ours = '11111111-2222-4333-8444-555555555555';
const theirs = '99999999-2222-4333-8444-555555555555';
const neighbour = 'grannkommunen';

let installation: Installation;
let directory: OtherProvider;
let id: string;

test.beforeAll(async () => {
  installation = await Installation.start({
    providers: async (installation) => {
      directory = await OtherProvider.start(installation, 'entra', 'entra');
      const issuer = directory.issuer.replace(ours, '{tenantid}');
      return `\n[providers.entra]\npreset = "entra"\nissuer = "${issuer}"\nclient_id = "postvalv"\nclient_secret = "the secret of these tests"\n`;
    },
  });
  id = await organisationId(installation);
  await installation.operate('organisation', 'tenant', 'add', '--organisation', id, '--tenant', ours);
  const { stdout } = await installation.operate('organisation', 'create', '--name', 'Grannkommunen');
  await installation.operate('organisation', 'tenant', 'add', '--organisation', stdout.trim(), '--tenant', theirs);
});

test.afterAll(async () => {
  await directory?.stop();
  await installation?.stop();
});

async function fresh(browser: Browser, javaScriptEnabled = true): Promise<Page> {
  return (await browser.newContext({ locale: 'sv-SE', javaScriptEnabled })).newPage();
}

/** From an organisation's page to its directory's, as that person. */
async function atDirectory(page: Page, person: string, of: string = organisation): Promise<void> {
  await page.goto(`${installation.address}/staff/sign-in/${of}`);
  await page.getByRole('button', { name: 'Logga in med arbetskonto' }).click();
  await identify(page, person);
}

test.describe.configure({ mode: 'serial' });

test('an admin works with the account that their directory gave a role', async ({ browser }) => {
  const checked = await installation.operate('provider', 'check', 'entra', '--tenant', ours);
  expect(checked.stdout).toContain('nothing stands in the way');
  expect(checked.stdout).toContain('/staff/work-account/entra/callback');

  const page = await fresh(browser);
  const noErrors = failOnConsoleErrors(page, [/status of 4(01|03|22)/]);
  const look = async (name: string) => {
    await expectAccessible(page);
    await photograph(page, `work-account-${name}-sv`);
  };
  await page.goto(`${installation.address}/staff/sign-in/${organisation}`);
  await expect(page.getByLabel('Lösenord')).toBeVisible();
  await look('sign-in');
  await atDirectory(page, 'Karin Åkerström');
  await expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
  expect(page.url()).toBe(`${installation.address}/staff/cases`);

  await page.goto(`${installation.address}/staff/account`);
  await expect(page.getByText('Du loggar in med ditt arbetskonto')).toBeVisible();
  await expect(page.getByText('Lösenord', { exact: true })).toHaveCount(0);
  await look('account');

  // The directory did not say when she proved who she is: what matters asks it anew.
  await page.goto(`${installation.address}/staff/members/new`);
  await expect(page.getByRole('heading', { name: 'Bekräfta att det är du' })).toBeVisible();
  await look('confirm');
  await page.getByRole('button', { name: 'Logga in med arbetskonto' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'Bekräfta att det är du' })).toBeVisible();
  await page.getByRole('button', { name: 'Logga in med arbetskonto' }).click();
  await identify(page, 'Karin Åkerström');
  await expect(page.getByRole('heading', { name: 'Bjud in någon' })).toBeVisible();

  // From now on nobody gets in with a password.
  await page.goto(`${installation.address}/staff/sign-in-rules`);
  await page.getByLabel('Bara arbetskonton släpps in').check();
  await look('rules');
  await page.getByRole('button', { name: 'Spara regler' }).click();
  await expect(page.getByText('Reglerna gäller nu.')).toBeVisible();
  await page.getByRole('button', { name: 'Logga ut' }).click();
  await page.goto(`${installation.address}/staff/sign-in/${organisation}`);
  await expect(page.getByLabel('Lösenord')).toHaveCount(0);
  await look('sign-in-alone');
  noErrors();
});

test('single sign-on, a guest, new keys, and no script', async ({ browser }) => {
  const page = await fresh(browser, false);
  await atDirectory(page, 'Mira Lund');
  await expect(page).toHaveURL(`${installation.address}/staff/cases`);
  await page.getByRole('button', { name: 'Logga ut' }).click();

  // The directory knows her already: she is in without a word.
  await page.goto(`${installation.address}/staff/sign-in/${organisation}`);
  await page.getByRole('button', { name: 'Logga in med arbetskonto' }).click();
  await expect(page).toHaveURL(`${installation.address}/staff/cases`);

  // It signs with a key that nobody has seen. Keys are fetched anew once a minute at most.
  installation.moveClock(2 * 60 * 1000);
  await directory.rotateKeys();
  const other = await fresh(browser, false);
  await atDirectory(other, 'Mira Lund');
  await expect(other).toHaveURL(`${installation.address}/staff/cases`);
});

test('whoever has no role is told and stays outside', async ({ browser }) => {
  const bo = await fresh(browser);
  await atDirectory(bo, 'Bo Ek');
  await expect(bo.getByRole('heading', { name: 'Du har ingen roll här än' })).toBeVisible();
  await expectAccessible(bo);
  await photograph(bo, 'work-account-no-role-sv');
  await bo.goto(`${installation.address}/staff/cases`);
  await expect(bo).toHaveURL(/\/staff\/sign-in/);
});

test('a guest is another here than at home, where each directory is an issuer of its own', async ({ browser }) => {
  const guest = await fresh(browser);
  await atDirectory(guest, 'Mira Lund');
  await guest.goto(`${installation.address}/staff/members`);
  await expect(guest.getByRole('heading', { name: 'Din roll räcker inte för det här' })).toBeVisible();
  const atHome = await fresh(browser);
  await atDirectory(atHome, 'Mira Lund', neighbour);
  await atHome.goto(`${installation.address}/staff/members`);
  await expect(atHome.getByText('mira@grannkommunen.example')).toBeVisible();
});

test('a directory that the operator takes away lets nobody on', async ({ browser }) => {
  const page = await fresh(browser);
  await atDirectory(page, 'Karin Åkerström');
  await expect(page).toHaveURL(`${installation.address}/staff/cases`);
  await installation.operate('organisation', 'tenant', 'remove', '--organisation', id, '--tenant', ours);
  await page.reload();
  await expect(page).toHaveURL(/\/staff\/sign-in\//);
  // And passwords, which the rules had shut out, are let in again by the operator.
  await installation.operate('staff', 'allow-passwords', '--organisation', id);
  await page.reload();
  await expect(page.getByLabel('Lösenord')).toBeVisible();
});
