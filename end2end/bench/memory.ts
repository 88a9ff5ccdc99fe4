import { readFileSync, writeFileSync } from 'node:fs';
import { mebibyte } from './transfer.ts';

/** How often the resident memory is looked at, in milliseconds. The kernel's own peak sees what lies between. */
const every = 50;

function read(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`/proc/${pid}/status has no ${name}`);
  return (Number(found[1]) * 1024) / mebibyte;
}

/** Resident memory of a program in MiB: before, and at most while `work` ran. */
export async function residentDuring(pid: number, work: () => Promise<unknown>): Promise<{ before: number; peak: number }> {
  // The kernel's peak starts anew (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = read(pid, 'VmRSS');
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, read(pid, 'VmRSS'))), every);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { before, peak: Math.max(peak, read(pid, 'VmHWM')) };
}
