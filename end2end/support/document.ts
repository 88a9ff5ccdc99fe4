import { chromium, type LaunchOptions } from '@playwright/test';

/** A real PDF, printed by Chromium: one page for each text. */
export async function printPdf(launch: LaunchOptions, title: string, pages: string[]): Promise<Buffer> {
  const browser = await chromium.launch(launch);
  try {
    const page = await browser.newPage();
    const escape = (text: string) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
    const sections = pages.map((text) => `<section><h1>${escape(title)}</h1><p>${escape(text)}</p></section>`);
    await page.setContent(
      `<!doctype html><html lang="sv"><title>${escape(title)}</title>
       <style>section { break-after: page; font: 14pt sans-serif } section:last-child { break-after: auto }</style>
       ${sections.join('')}</html>`,
    );
    return await page.pdf({ format: 'A4' });
  } finally {
    await browser.close();
  }
}
