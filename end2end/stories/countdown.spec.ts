import { expect, test } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Installation, people } from '../support/installation.ts';
import { expectAccessible, photograph } from '../support/page.ts';
import { signInByQr } from '../support/sign-in.ts';

let installation: Installation;

test.beforeAll(async () => {
  installation = await Installation.start();
  // The shortest idle limit there is, so that the countdown begins at once.
  await installation.portal.stop();
  const configuration = path.join(installation.folder, 'config/development.toml');
  writeFileSync(configuration, `${readFileSync(configuration, 'utf8')}\n[sessions]\nidle_minutes = 1\nabsolute_minutes = 60\n`);
  await installation.startPortal();
});

test.afterAll(async () => {
  await installation.stop();
});

test('a person is told before the session ends, stays by one tap, and is signed out on time', async ({ page }) => {
  await signInByQr(page, installation, people.first);
  const countdown = page.getByRole('region', { name: 'Utloggning' });
  await expect(countdown).toBeVisible();
  await expect(page.getByRole('status')).toHaveText('Du loggas snart ut, eftersom du inte har gjort något på en stund.');
  await expectAccessible(page);
  await photograph(page, 'countdown-sv', { fullPage: false });

  // Half a minute later less is left, and staying makes it the whole again.
  installation.moveClock(30_000);
  await page.reload();
  await page.getByRole('button', { name: 'Stanna kvar' }).click();
  const seconds = async () => {
    const [minutes, rest] = (await countdown.locator('.clock').innerText()).split(':').map(Number);
    return minutes! * 60 + rest!;
  };
  await expect.poll(seconds).toBeGreaterThan(50);

  // When the time is over by the server's clock, the page is left by itself.
  installation.moveClock(3 * 60_000);
  await expect(page.getByText('Du har loggats ut eftersom du inte har använt sidan på en stund.')).toBeVisible({ timeout: 75_000 });
  await expect(countdown).toHaveCount(0);
});

test('the answer to a form is left too, for a page that tells of the end', async ({ page }) => {
  await signInByQr(page, installation, people.first);
  // As the last button of a page that somebody left open does: what it ends is gone already.
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '/sessions/gone/end';
    document.body.append(form);
    form.submit();
  });
  await expect(page.getByRole('heading', { name: 'Sidan finns inte' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/sessions/gone/end');
  installation.moveClock(60_000);
  await expect(page.getByText('Du har loggats ut eftersom du inte har använt sidan på en stund.')).toBeVisible({ timeout: 75_000 });
});
