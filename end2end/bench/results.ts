import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/** One line of the table. Without a target it is for information. */
export type Result = { name: string; value: number; unit: string; target?: { at: 'least' | 'most'; value: number } };

/** What was measured, where and when. */
export class Results {
  private readonly results: Result[] = [];
  private readonly began = new Date();
  private readonly loadBefore = os.loadavg();

  constructor(private readonly root: string) {}

  add(name: string, value: number, unit: string, target?: Result['target']): void {
    this.results.push({ name, value, unit, target });
  }

  /** The table, as people read it and as docs/benchmarks.md takes it. */
  table(): string {
    const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
    const rows = this.results.map(({ name, value, unit, target }) => [
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

  /** Everything as JSON, into `file`. */
  write(file: string): void {
    const told = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: this.root, encoding: 'utf8' }).trim();
    const cpu = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? os.arch();
    const everything = {
      began: this.began.toISOString(),
      ended: new Date().toISOString(),
      machine: {
        cpu,
        cores: os.cpus().length,
        memory_gib: Math.round(os.totalmem() / 1024 ** 3),
        system: `${os.type()} ${os.release()}`,
        load_before: this.loadBefore,
      },
      build: {
        commit: told('git', 'describe', '--always', '--dirty'),
        compiler: told('rustc', '--version'),
      },
      results: this.results.map((result) => ({ ...result, met: result.target && met(result.value, result.target) })),
    };
    writeFileSync(file, `${JSON.stringify(everything, undefined, 2)}\n`);
  }

  get load(): string {
    return this.loadBefore.map((load) => load.toFixed(1)).join(' ');
  }
}

function met(value: number, target: NonNullable<Result['target']>): boolean {
  return target.at === 'least' ? value >= target.value : value <= target.value;
}
