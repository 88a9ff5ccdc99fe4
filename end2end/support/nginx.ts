import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './program.ts';

/** nginx on loopback as the yardstick: plain HTTP, one folder to read, one to PUT into. */
export class Nginx {
  private constructor(
    readonly address: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(folder: string): Promise<Nginx> {
    const port = await freePort();
    for (const name of ['files', 'uploads', 'scratch']) mkdirSync(path.join(folder, name), { recursive: true, mode: 0o777 });
    const configuration = path.join(folder, 'nginx.conf');
    writeFileSync(
      configuration,
      `daemon off; worker_processes 2; user root; pid ${folder}/nginx.pid; error_log ${folder}/nginx-error.log;
       events { worker_connections 512; }
       http {
         access_log off; sendfile on; tcp_nopush on; client_max_body_size 0;
         client_body_temp_path ${folder}/scratch; proxy_temp_path ${folder}/scratch; fastcgi_temp_path ${folder}/scratch;
         uwsgi_temp_path ${folder}/scratch; scgi_temp_path ${folder}/scratch;
         server {
           listen 127.0.0.1:${port};
           location /files/ { root ${folder}; }
           location /uploads/ { root ${folder}; dav_methods PUT; }
         }
       }`,
    );
    const child = spawn('nginx', ['-c', configuration, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    const nginx = new Nginx(`http://127.0.0.1:${port}`, child);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const answer = await fetch(nginx.address).catch(() => undefined);
      if (answer) return nginx;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('nginx did not start');
  }

  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGQUIT');
    await gone;
  }
}
