import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBrowser, ViewerPage } from '../test/support/browser.ts';
import { startKitchen } from '../test/support/kitchen.ts';

/**
 * Makes README's picture from the running system: `node scripts/screenshot.ts [url]`.
 *
 * Without an address it starts the kitchen, gives it an instruction and waits until the robot is at work. The picture goes
 * to `docs/images/viewer.png`.
 */

const path = join(dirname(fileURLToPath(import.meta.url)), '../docs/images/viewer.png');
const limitBytes = 600_000;
/** Drawing in full quality on a processor takes seconds a frame. */
const drawMs = 120_000;

const address = process.argv[2];
const kitchen = address === undefined ? await startKitchen({ seed: 1, viewer: true }) : undefined;
const browser = await startBrowser();
try {
  const url = new URL(address ?? kitchen?.viewerUrl ?? '');
  const lean = new ViewerPage(
    await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }),
  );
  await lean.open(url.href);
  await lean.instruct('put the apple in the bowl');
  await lean.page
    .locator('.plan-node', { hasText: 'pick' })
    .and(lean.page.locator('[data-state="running"]'))
    .waitFor({
      timeout: drawMs,
    });
  url.searchParams.set('quality', 'full');
  await lean.page.goto(url.href, { waitUntil: 'commit', timeout: drawMs });
  await lean.page.locator('.label[data-kind="seen"]').first().waitFor({ timeout: drawMs, state: 'attached' });
  mkdirSync(dirname(path), { recursive: true });
  await lean.page.screenshot({ path, timeout: drawMs });
} finally {
  await browser.close();
  await kitchen?.stop();
}
const { size } = statSync(path);
if (size > limitBytes) throw new Error(`${path} has ${size} bytes, the limit is ${limitBytes}`);
process.stdout.write(`${path}: ${Math.round(size / 1000)} kB\n`);
