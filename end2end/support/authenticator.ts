import type { CDPSession, Page } from '@playwright/test';

/** Chromium's own virtual authenticator, which checks nobody's finger but says that it did. */
export class Authenticator {
  private constructor(
    private readonly session: CDPSession,
    private readonly id: string,
  ) {}

  static async plugIn(page: Page, transport: 'internal' | 'usb' = 'internal'): Promise<Authenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Authenticator(session, authenticatorId);
  }

  /** Whether its owner gives the wrong finger from now on. */
  async refuse(refused: boolean): Promise<void> {
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified: !refused });
  }

  /** What it holds. */
  async credentials(): Promise<{ signCount: number }[]> {
    return (await this.session.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials;
  }

  /** Takes it away with everything that it holds. */
  async unplug(): Promise<void> {
    await this.session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.id });
    await this.session.detach();
  }
}
