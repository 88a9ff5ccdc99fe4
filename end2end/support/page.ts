import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import jsQR from 'jsqr';
import { mkdirSync } from 'node:fs';
import { PNG } from 'pngjs';

/** Fails the test when the page writes an error to its console or throws. Call before the first `goto`. */
export function failOnConsoleErrors(page: Page, allowed: RegExp[] = []): () => void {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !allowed.some((pattern) => pattern.test(message.text()))) {
      errors.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return () => expect(errors, 'errors in the console').toEqual([]);
}

/** WCAG 2.2 A and AA, and axe's best practices, with nothing left out, in light and in dark colours. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const result = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const found = result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    expect(found, `accessibility of ${new URL(page.url()).pathname} in ${colorScheme} colours`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** What a QR code on the page says, read from its picture as a phone would. */
export async function readQr(code: Locator): Promise<string> {
  const picture = PNG.sync.read(await code.screenshot({ scale: 'device' }));
  const found = jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  if (!found) throw new Error('no QR code can be read in the picture');
  return found.data;
}

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;

/**
 * A picture of the page as it is, on a phone and on a desktop, light and dark, into results/screenshots. Of a page with
 * a preview only what is in view, since the preview draws no more than that.
 */
export async function photograph(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const before = page.viewportSize();
  const folder = new URL('../results/screenshots/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  for (const [device, size] of Object.entries(sizes)) {
    await page.setViewportSize(size);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: `${folder}${name}-${device}-${scheme}.png`, fullPage });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
