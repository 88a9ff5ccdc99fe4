import { expect, type Page } from '@playwright/test';
import type { Installation } from './installation.ts';
import { admin, choosePassword, freshStep, giveCode, givePassword, inviteAdmin, moveAuthenticator, oneTimeCode, setUpCodes } from './staff.ts';

/** How far both clocks go on for each sign-in: past the step of the code that was used, since no code counts twice. */
const step = 60_000;

/** The organisation's admin, who signs in as often as a story wants. */
export class Admin {
  private appSecret = '';
  private ahead = 0;

  /** Another file's stories may have left the phone ahead of this installation's clock. */
  constructor(private readonly installation: Installation) {
    moveAuthenticator(0);
  }

  /** Takes the invitation, and is signed in then. */
  async begin(page: Page): Promise<void> {
    await page.goto(await inviteAdmin(this.installation));
    await choosePassword(page, admin.password);
    await page.getByRole('button', { name: 'Fortsätt' }).click();
    this.appSecret = (await setUpCodes(page)).secret;
    await page.getByRole('link', { name: 'Jag har sparat koderna' }).click();
    await expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
  }

  async signIn(page: Page): Promise<void> {
    this.ahead += step;
    moveAuthenticator(this.ahead);
    this.installation.moveClock(this.ahead);
    await givePassword(page, this.installation, admin);
    await freshStep(page);
    await giveCode(page, oneTimeCode(this.appSecret));
    await expect(page.getByRole('heading', { name: 'Ärenden', level: 1 })).toBeVisible();
  }

  /** The day so many days from the portal's today, as a field for dates takes it. */
  dayIn(days: number): string {
    return new Date(Date.now() + this.ahead + days * 86_400_000).toISOString().slice(0, 10);
  }
}
