import { mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { qosProfiles } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, ViewerPage } from '../support/browser.ts';
import { freePort, type Kitchen, secondTry, startKitchen } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

/** How long to wait for what should be there at once: a browser on a busy machine without a graphics card is slow. */
const patienceMs = 30_000;
const outFolder = join(repositoryFolder, '.efferent/screenshots');

describe('the viewer in a real browser', () => {
  const isPossible = requires('dds', 'chromium');
  let kitchen: Kitchen;
  let browser: Browser;
  let viewer: ViewerPage;

  beforeAll(async () => {
    if (!isPossible) return;
    [kitchen, browser] = await Promise.all([startKitchen({ seed: 21, viewer: true }), startBrowser()]);
    viewer = new ViewerPage(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
    await viewer.open(kitchen.viewerUrl);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await kitchen?.stop();
  });

  it('shows the robot, its joints and its camera, without an error', async () => {
    const { page } = viewer;
    await page
      .locator('.gauge', { hasText: 'lift' })
      .getByText(/\d+ mm/)
      .waitFor();
    await page.locator('.inset', { hasText: 'Colour' }).waitFor();
    expect(await viewer.placeInWords()).toMatch(/stands at x -?\d+\.\d+ m/);
    expect(viewer.errors).toEqual([]);
  });

  it('carries out an instruction typed there, and shows the robot moving meanwhile', secondTry, async () => {
    const before = await viewer.placeInWords();
    await viewer.instruct('put the apple in the bowl');
    await viewer.page.locator('.plan-node').first().waitFor({ timeout: 30_000 });
    await viewer.page.waitForFunction(
      (text) => document.getElementById('world-description')?.textContent !== text,
      before,
      { timeout: 60_000 },
    );
    const { state, text } = await viewer.taskEnd('put the apple in the bowl', 150_000);
    const verdict = await kitchen.verdict({ kind: 'inside', objectId: 'apple', containerId: 'bowl' });
    expect({ state, isTrue: verdict.success }, text).toEqual({ state: 'done', isTrue: true });
    expect(await viewer.page.locator('.plan-node[data-state="done"]').count()).toBeGreaterThan(1);
  });

  it('shows what the model is writing, as text and nothing else', async () => {
    const node = await kitchen.system.context.createNode('model_watch');
    const type = 'efferent_interfaces/msg/ModelText';
    const publisher = node.createPublisher(type, '/agent/model_text', qosProfiles.sensorData);
    const text = '{"status": "plan", "message": "<b id=evil>';
    const timer = node.createTimer(200_000_000n, () =>
      publisher.publish({ purpose: 'decompose', model: 'tiny', text, characters: text.length }),
    );
    try {
      await viewer.page.getByRole('tab', { name: /Model/ }).click();
      await viewer.page.locator('.writing', { hasText: text }).waitFor({ timeout: patienceMs });
      expect(await viewer.page.locator('#evil').count()).toBe(0);
    } finally {
      timer.cancel();
      await viewer.page.getByRole('tab', { name: /Plan/ }).click();
    }
  });

  it('saves a picture of itself', async () => {
    mkdirSync(outFolder, { recursive: true });
    const path = join(outFolder, 'viewer-test.png');
    await viewer.page.screenshot({ path, timeout: 60_000 });
    expect(statSync(path).size).toBeGreaterThan(50_000);
  });

  it('stops the robot by the space bar while the bridge’s event loop stands still for 5 s', async () => {
    const bridge = kitchen.system.pid('bridge');
    if (bridge === undefined) throw new Error('the bridge has no process');
    const node = await kitchen.system.context.createNode('stop_watch');
    const gate: { stopped: boolean; reason: string }[] = [];
    node.createSubscription('efferent_interfaces/msg/GateStatus', '/stretch/gate/status', {}, (status) => {
      gate.push(status);
    });
    await viewer.instruct('put the banana on the counter');
    await viewer.page.locator('.fact', { hasText: 'the agent' }).waitFor({ timeout: 60_000 });
    await viewer.page.locator('#stage').focus();
    process.kill(bridge, 'SIGSTOP');
    try {
      await sleep(300);
      gate.length = 0;
      await viewer.page.keyboard.press('Space');
      await viewer.page.locator('#stop[data-state="stopped"]').waitFor({ timeout: patienceMs });
      await expect.poll(() => gate.some(({ stopped }) => stopped), { timeout: patienceMs }).toBe(true);
      const atStop = await kitchen.states();
      await sleep(4000);
      expect(await robotMotionM(kitchen, atStop)).toBeLessThan(0.02);
      await viewer.page.getByText('The bridge has gone quiet').waitFor({ timeout: patienceMs });
    } finally {
      process.kill(bridge, 'SIGCONT');
    }
    await viewer.page.getByText('live', { exact: true }).waitFor({ timeout: patienceMs });
    await viewer.page.getByRole('button', { name: 'Stopped. Resume' }).click();
    await expect.poll(() => gate[gate.length - 1]?.stopped, { timeout: patienceMs }).toBe(false);
    await node.destroy();
  });

  it('is refused to a page from another origin, which cannot press Stop or Resume either', async () => {
    const port = await freePort();
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end('<title>another page</title>');
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const outcome = await page.evaluate(
      async ({ bridge, stop }) => ({
        socket: await new Promise<string>((resolve) => {
          const socket = new WebSocket(bridge, ['foxglove.websocket.v1']);
          socket.onopen = () => resolve('opened');
          socket.onerror = () => resolve('refused');
        }),
        stop: await fetch(`${stop}/stop`, { method: 'POST' }).then(
          () => 'answered',
          () => 'refused',
        ),
      }),
      { bridge: kitchen.viewerUrl.replace('http', 'ws'), stop: `http://127.0.0.1:${kitchen.stopPort}` },
    );
    const state = await (await fetch(`http://127.0.0.1:${kitchen.stopPort}/state`)).json();
    await page.close();
    server.close();
    expect(outcome).toEqual({ socket: 'refused', stop: 'refused' });
    expect(state).toMatchObject({ stopped: false });
  });

  it('says at once that the connection is lost, and comes back by itself', async () => {
    const bridge = kitchen.system.pid('bridge');
    if (bridge === undefined) throw new Error('the bridge has no process');
    // The supervisor has a new bridge within a second or two: what the page says meanwhile is noted down, from before.
    const said = await viewer.page.evaluateHandle(
      (limitMs) => ({
        text: new Promise<string>((resolve, reject) => {
          const observer = new MutationObserver(() => {
            if (!document.body.classList.contains('is-stale')) return;
            observer.disconnect();
            resolve(document.body.textContent ?? '');
          });
          observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
          setTimeout(() => reject(new Error('the page did not notice')), limitMs);
        }),
      }),
      patienceMs,
    );
    process.kill(bridge, 'SIGKILL');
    expect(await said.evaluate(({ text }) => text)).toContain('Connection lost');
    await viewer.page.locator('body:not(.is-stale)').waitFor({ timeout: patienceMs });
    await viewer.page.getByText('live', { exact: true }).waitFor({ timeout: patienceMs });
  });
});

/** How far base or hand have moved since `before`, m, whichever moved more, by the simulator's truth. */
async function robotMotionM(
  kitchen: Kitchen,
  before: Awaited<ReturnType<Kitchen['states']>>,
): Promise<number> {
  const after = await kitchen.states();
  const moved = (['robot', 'gripper'] as const).map((type) => {
    const from = before.find((entity) => entity.type === type)?.pose.translation;
    const to = after.find((entity) => entity.type === type)?.pose.translation;
    if (!from || !to) throw new Error(`the simulator does not tell where the ${type} is`);
    return Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  });
  return Math.max(...moved);
}
