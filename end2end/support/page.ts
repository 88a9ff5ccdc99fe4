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

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;
const schemes = ['light', 'dark'] as const;

/**
 * Shows the page on a phone and on a desktop, in light and in dark colours, and as it was afterwards. Without movement: a colour
 * on its way from light to dark is neither, and has neither's contrast.
 */
async function inEveryGuise(page: Page, look: (guise: string) => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const [device, size] of Object.entries(sizes)) {
    await page.setViewportSize(size);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await look(`${device}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

/** How wide a phone is on which text was made four times as large, in CSS pixels (WCAG 2.2, 1.4.10). */
const narrowest = 320;

/** Nothing on the page is wider than the narrowest page. */
async function expectReflow(page: Page): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: narrowest, height: sizes.phone.height });
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widest, `width of ${new URL(page.url()).pathname} where there are ${narrowest} pixels`).toBeLessThanOrEqual(narrowest);
  if (before) await page.setViewportSize(before);
}

/** WCAG 2.2 A and AA, and axe's best practices, with nothing left out; and the page needs no scrolling sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  await inEveryGuise(page, async (guise) => {
    const result = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const found = result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    expect(found, `accessibility of ${new URL(page.url()).pathname}, ${guise}`).toEqual([]);
  });
  await expectReflow(page);
}

/** Looks at the page as somebody would who checks a whole story: it can be used by everybody, and there is a picture of it. */
export async function lookAt(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await photograph(page, name);
}

/** What a QR code on the page says, read from its picture as a phone would. */
export async function readQr(code: Locator): Promise<string> {
  const picture = PNG.sync.read(await code.screenshot({ scale: 'device' }));
  const found = jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  if (!found) throw new Error('no QR code can be read in the picture');
  return found.data;
}

/**
 * A picture of the page in every guise, into results/screenshots. Of a page with a preview only what is in view, since
 * the preview draws no more than that.
 */
export async function photograph(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const folder = new URL('../results/screenshots/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  await inEveryGuise(page, async (guise) => {
    await page.screenshot({ path: `${folder}${name}-${guise}.png`, fullPage });
  });
}
