import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of an installed Chromium, or undefined; nothing is downloaded. */
export const chromiumPath: string | undefined =
  process.env.CHROMIUM_PATH ?? chromiumPaths.find((path) => existsSync(path));

/** Starts a headless browser that draws WebGL on the processor and talks to nobody but the pages it opens. */
export function startBrowser(): Promise<Browser> {
  if (chromiumPath === undefined)
    throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM_PATH');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** A page of the viewer, and what a test reads on it. */
export class ViewerPage {
  readonly page: Page;
  /** Errors that the page logged or threw. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  /** Opens the viewer and waits until it is connected and shows the robot. */
  async open(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'commit', timeout: 120_000 });
    await this.page.getByText('live', { exact: true }).waitFor({ timeout: 120_000 });
    await this.page.waitForFunction(
      () => document.getElementById('world-description')?.textContent?.startsWith('The robot stands at'),
      undefined,
      { timeout: 120_000 },
    );
  }

  /** Where the page draws the robot, in words. */
  async placeInWords(): Promise<string> {
    return (await this.page.locator('#world-description').textContent()) ?? '';
  }

  /** Writes an instruction as a person would. */
  async instruct(instruction: string): Promise<void> {
    await this.page.locator('#instruction').fill(instruction);
    await this.page.locator('#instruction').press('Enter');
  }

  /** Waits until the task's card says that it ended; returns its state, `done` or `failed`, and its text. */
  async taskEnd(
    instruction: string,
    timeoutMs: number,
  ): Promise<{ readonly state: string; readonly text: string }> {
    const card = this.page.locator('#task-card[data-state="done"], #task-card[data-state="failed"]');
    await card.filter({ hasText: new RegExp(instruction, 'i') }).waitFor({ timeout: timeoutMs });
    return {
      state: (await card.getAttribute('data-state')) ?? '',
      text: (await card.textContent()) ?? '',
    };
  }
}
