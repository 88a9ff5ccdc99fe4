import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { attachment, type Point, type Result } from './results.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Writes what the points measured: one table for people, and `target/bench.json`. */
export default class BenchReporter implements Reporter {
  private readonly points: Point[] = [];

  onTestEnd(_test: TestCase, result: TestResult): void {
    const handedIn = result.attachments.filter(({ name, body }) => name === attachment && body);
    for (const { body } of handedIn) this.points.push(JSON.parse(body!.toString()) as Point);
  }

  onEnd(): void {
    if (this.points.length === 0) return;
    const json = path.join(root, 'target/bench.json');
    mkdirSync(path.dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify(everything(this.points), undefined, 2)}\n`);
    const loads = this.points.map(({ name, load_before }) => `${name} ${load_before.map((load) => load.toFixed(1)).join(' ')}`);
    console.log(`\n${table(this.points.flatMap(({ results }) => results))}\n\nLoad average when it began: ${loads.join('; ')}. As JSON: ${json}`);
  }
}

/** The table, as people read it and as docs/benchmarks.md takes it. */
function table(results: Result[]): string {
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
  const rows = results.map(({ name, value, unit, target }) => [
    name,
    `${number(value)} ${unit}`.trim(),
    target ? `${target.at === 'least' ? '≥' : '≤'} ${number(target.value)}` : '',
    target ? (met(value, target) ? 'met' : '**missed**') : '',
  ]);
  const lines = [['what', 'measured', 'target', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...lines.map((line) => line[column]!.length)));
  const write = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [write(lines[0]!), rule, ...lines.slice(1).map(write)].join('\n');
}

function everything(points: Point[]) {
  const told = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? os.arch();
  return {
    began: points[0]?.began,
    ended: new Date().toISOString(),
    machine: {
      cpu,
      cores: os.cpus().length,
      memory_gib: Math.round(os.totalmem() / 1024 ** 3),
      system: `${os.type()} ${os.release()}`,
      load_before: points[0]?.load_before,
    },
    build: {
      commit: told('git', 'describe', '--always', '--dirty'),
      compiler: told('rustc', '--version'),
    },
    points: points.map(({ name, began, load_before }) => ({ name, began, load_before })),
    results: points.flatMap(({ name, results }) =>
      results.map((result) => ({ point: name, ...result, met: result.target && met(result.value, result.target) })),
    ),
  };
}

function met(value: number, target: NonNullable<Result['target']>): boolean {
  return target.at === 'least' ? value >= target.value : value <= target.value;
}
