import type { TestInfo } from '@playwright/test';
import os from 'node:os';

/** One line of the table. Without a target it is for information. */
export type Result = { name: string; value: number; unit: string; target?: { at: 'least' | 'most'; value: number } };

/** What one point of the bench measured, and what the machine was busy with when it began. */
export type Point = { name: string; began: string; load_before: number[]; results: Result[] };

/** The name under which a point hands its figures to the reporter. */
export const attachment = 'figures';

/** The figures of one point, as they come. */
export class Results {
  private readonly results: Result[] = [];
  private readonly began = new Date();
  private readonly loadBefore = os.loadavg();

  add(name: string, value: number, unit: string, target?: Result['target']): void {
    this.results.push({ name, value, unit, target });
  }

  /** Hands them to the reporter, which writes those of all points together. */
  async handIn(test: TestInfo): Promise<void> {
    const { began, loadBefore: load_before, results } = this;
    const point: Point = { name: test.title, began: began.toISOString(), load_before, results };
    await test.attach(attachment, { body: JSON.stringify(point), contentType: 'application/json' });
  }
}

/** The least that so great a share of the values do not exceed. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** The one in the middle, or half-way between the two there. */
export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
