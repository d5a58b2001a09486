/**
 * Makes `docs/images/viewer.png` from the running system: starts the kitchen, has the robot put the apple in the bowl
 * and takes a picture of the viewer in Chromium once the policy moves the arm.
 *
 * Usage: `node scripts/screenshot.ts [FILE]`
 */
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { chromium } from 'playwright-core';
import { startKitchen } from '../test/support/kitchen.ts';

const file = process.argv[2] ?? join(repositoryFolder, 'docs/images/viewer.png');

const kitchen = await startKitchen({ viewer: true, seed: 3, middleware: 'cyclonedds' });
try {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
  await page.goto(kitchen.viewerUrl);
  const acting = new Promise<void>((resolve) => {
    kitchen.system.client.node.createSubscription(
      'efferent_interfaces/msg/PolicyStatus',
      '/stretch/policy_status',
      {},
      (status) => {
        if (status.step >= 30) resolve();
      },
    );
  });
  const task = kitchen.system.client.runTask('put the apple in the bowl');
  await Promise.race([acting, task]);
  await page.screenshot({ path: file });
  console.log(`wrote ${file}`);
  await browser.close();
} finally {
  await kitchen.stop();
}
