import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBrowser, ViewerPage } from '../test/support/browser.ts';
import { startKitchen } from '../test/support/kitchen.ts';

/**
 * Makes README's picture from the running system: `node scripts/screenshot.ts [url]`.
 *
 * Without an address it starts the kitchen. It gives an instruction, waits until the policy moves the arm, and saves what
 * the page shows in full quality to `docs/images/viewer.png`.
 */

const path = join(dirname(fileURLToPath(import.meta.url)), '../docs/images/viewer.png');
const limitBytes = 600_000;
/** A processor draws the full picture about once a second, and the way to the table takes a while. */
const patienceMs = 180_000;

const address = process.argv[2];
const kitchen = address === undefined ? await startKitchen({ seed: 1, viewer: true }) : undefined;
const browser = await startBrowser();
try {
  const url = new URL(address ?? kitchen?.viewerUrl ?? '');
  // A small lean page gives the instruction and watches; the full picture, slow to draw, waits beside it.
  const driver = new ViewerPage(await browser.newPage({ viewport: { width: 640, height: 400 } }));
  await driver.open(url.href);
  url.searchParams.set('quality', 'full');
  const picture = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  await new ViewerPage(picture).open(url.href);
  await driver.instruct('put the apple in the bowl');
  const pick = driver.page.locator('.plan-node[data-state="running"]', { hasText: 'pick' });
  await pick.waitFor({ timeout: patienceMs });
  // The policy works for a few seconds only; a slow machine may draw nothing in that time.
  const attention = driver.page.locator('.label[data-kind="attention"]');
  await attention.waitFor({ timeout: 45_000, state: 'attached' }).catch(noteMissedPolicy);
  mkdirSync(dirname(path), { recursive: true });
  await picture.screenshot({ path, timeout: patienceMs });
} finally {
  await browser.close();
  await kitchen?.stop();
}

function noteMissedPolicy(): void {
  process.stderr.write('the policy was not seen at work; the picture shows the robot on its way\n');
}

const { size } = statSync(path);
if (size > limitBytes) throw new Error(`${path} has ${size} bytes, the limit is ${limitBytes}`);
process.stdout.write(`${path}: ${Math.round(size / 1000)} kB\n`);
