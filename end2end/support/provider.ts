import { expect, type Page } from '@playwright/test';
import path from 'node:path';
import type { Installation } from './installation.ts';
import { freePort, Program, root } from './program.ts';

export type Shape = 'idura' | 'signicat' | 'oidc-sweden' | 'eidas' | 'keycloak' | 'entra';

const paths: Partial<Record<Shape, string>> = { keycloak: '/realms/kommunen', entra: '/11111111-2222-4333-8444-555555555555/v2.0' };

/** An OpenID provider that is not ours, shaped as one that authorities buy; see ../provider. */
export class OtherProvider {
  private constructor(
    readonly issuer: string,
    private readonly origin: string,
    private readonly program: Program,
  ) {}

  /** Starts one for an installation whose configuration calls it `name`. */
  static async start(installation: Installation, shape: Shape, name: string): Promise<OtherProvider> {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const issuer = origin + (paths[shape] ?? '');
    const script = path.join(root, 'end2end/provider/main.mjs');
    const program = await Program.start(
      `provider-${name}`,
      [script, shape, String(port), installation.address, name, path.join(installation.folder, 'var/clock-offset')],
      {
        executable: process.execPath,
        folder: installation.folder,
        ready: `${issuer}/.well-known/openid-configuration`,
      },
    );
    return new OtherProvider(issuer, origin, program);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }

  /** From now on it signs with a key that nobody has seen, and publishes no other. */
  async rotateKeys(): Promise<void> {
    const answer = await fetch(`${this.origin}/test/rotate-keys`, { method: 'POST' });
    expect(answer.status).toBe(204);
  }

  /** How often a path below the issuer was asked for. */
  async requests(below: string): Promise<number> {
    const counts = (await (await fetch(`${this.origin}/test/requests`)).json()) as Record<string, number>;
    return counts[new URL(this.issuer + below).pathname] ?? 0;
  }
}

/** What the provider's page says that it was asked with this parameter. */
export async function asked(page: Page, parameter: string): Promise<string> {
  return page.locator(`dt:text-is("${parameter}") + dd`).innerText();
}

/** Identifies on the provider's page. */
export async function identify(page: Page, person: string): Promise<void> {
  await page.getByLabel(person).check();
  await page.getByRole('button', { name: 'Identify' }).click();
}
