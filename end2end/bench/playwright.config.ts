import { defineConfig } from '@playwright/test';
import stories from '../playwright.config.ts';

/** Playwright runs the TypeScript, and signs a person in once; what is measured goes through curl and wrk. */
export default defineConfig(stories, {
  testDir: '.',
  outputDir: '../results/bench',
  timeout: 30 * 60_000,
  use: { trace: 'off' },
});
