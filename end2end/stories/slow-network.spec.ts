import { expect, test } from '@playwright/test';
import { Installation, people } from '../support/installation.ts';
import { signInByQr } from '../support/sign-in.ts';

/** A second and a half until anything answers: longer than the sign-in page waits until it asks again. */
const slow = { offline: false, latency: 1_500, downloadThroughput: 50_000, uploadThroughput: 25_000 };

test('a person signs in and reads over a slow network', async ({ browser }) => {
  const installation = await Installation.start();
  try {
    await installation.valv(['send', '--to', people.first, '--title', 'Beslut om hemtjänst', '--body', 'Hej.', 'config/bridge.toml']);
    const page = await (await browser.newContext({ locale: 'sv-SE' })).newPage();
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', slow);
    await signInByQr(page, installation, people.first);
    await page.getByRole('link', { name: /Beslut om hemtjänst/ }).click();
    await expect(page.getByRole('heading', { name: 'Beslut om hemtjänst', level: 1 })).toBeVisible();
    await page.context().close();
  } finally {
    await installation.stop();
  }
});
