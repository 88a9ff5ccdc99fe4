import { expect, type APIResponse, type Browser, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { Installation } from './installation.ts';
import { signInByQr } from './sign-in.ts';

/** A person who is signed in and reads the pages as they come from the portal. Signs in again when the session is over. */
export class Reader {
  private constructor(
    private readonly installation: Installation,
    private readonly page: Page,
    private readonly personnummer: string,
  ) {}

  static async signIn(browser: Browser, installation: Installation, personnummer: string): Promise<Reader> {
    const page = await (await browser.newContext()).newPage();
    await signInByQr(page, installation, personnummer);
    return new Reader(installation, page, personnummer);
  }

  /** What stands in the inbox. */
  async inbox(): Promise<{ case: string; title: string }[]> {
    const html = await this.html('/inbox');
    const links = html.matchAll(/href="\/cases\/([^"]+)"[^>]*>([^<]*)</g);
    return [...links].map((found) => ({ case: found[1] ?? '', title: found[2] ?? '' }));
  }

  /** The ids and names of a case's documents, in order. */
  async documents(id: string): Promise<{ id: string; name: string }[]> {
    const html = await this.html(`/cases/${id}`);
    const links = html.matchAll(/href="\/documents\/([^"]+)".*?class="name"[^>]*>([^<]*)</gs);
    return [...links].map((found) => ({ id: found[1] ?? '', name: found[2] ?? '' }));
  }

  /** A document's bytes as they are downloaded. */
  async content(id: string): Promise<Buffer> {
    const answer = await this.get(`/documents/${id}/content?download`);
    if (answer.status() !== 200) throw new Error(`the content of document ${id} was answered ${answer.status()}`);
    return answer.body();
  }

  /** Orders a register extract, and downloads it when it is made. */
  async registerExtract(): Promise<Buffer> {
    await this.page.goto(`${this.installation.address}/your-data`);
    await this.page.getByRole('button', { name: 'Beställ registerutdrag' }).click();
    const button = this.page.getByRole('button', { name: /^Ladda ner/ });
    await expect(async () => {
      await this.page.reload();
      await expect(button).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 30_000 });
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    return readFileSync(await download.path());
  }

  /** How the portal answers this person there. */
  async status(path: string): Promise<number> {
    return (await this.get(path)).status();
  }

  private async html(path: string): Promise<string> {
    const answer = await this.get(path);
    if (answer.status() !== 200) throw new Error(`${path} was answered ${answer.status()}`);
    return answer.text();
  }

  /** Who is not signed in is sent to the first page; nothing else redirects. */
  private async get(path: string): Promise<APIResponse> {
    const ask = () => this.page.request.get(this.installation.address + path, { maxRedirects: 0 });
    const answer = await ask();
    if (answer.status() !== 303) return answer;
    await signInByQr(this.page, this.installation, this.personnummer);
    return ask();
  }
}
