import { defineConfig } from '@playwright/test';
import stories from '../playwright.config.ts';

/** Playwright runs the TypeScript and opens a browser where one is needed; what is measured goes through programs for that. */
export default defineConfig(stories, {
  testDir: '.',
  outputDir: '../results/bench',
  timeout: 30 * 60_000,
  reporter: [['list'], ['./reporter.ts']],
  use: { trace: 'off' },
});
