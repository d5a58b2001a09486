import { join } from 'node:path';
import { immediateJobRunner } from '@efferent/core';
import { createInprocContext, type NodeModule, type RosContext, type RunningNode } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { requires } from '../support/requirement.ts';

const { stopNode } = (await import(join(repositoryFolder, 'packages/bridge/src/stop-node.ts'))) as {
  stopNode: NodeModule;
};

describe("the caregiver's page", () => {
  const isPossible = requires('chromium');
  let context: RosContext;
  let running: RunningNode;
  let browser: Browser;
  let page: Page;
  let url = '';

  beforeAll(async () => {
    if (!isPossible) return;
    context = createInprocContext({
      logSink: ({ fields }) => {
        if (typeof fields?.url === 'string') url = fields.url;
      },
    });
    const parameters = new Map<string, number | boolean>([
      ['port', 0],
      ['caregiver', true],
    ]);
    const node = await context.createNode('stop', { rosArguments: { remaps: new Map(), parameters } });
    running = await stopNode.start(node, { jobs: immediateJobRunner, workspaceFolders: [] });
    browser = await startBrowser();
    page = await browser.newPage();
    await page.addInitScript(() => {
      const tones = AudioContext.prototype.createOscillator;
      AudioContext.prototype.createOscillator = function createOscillator() {
        document.documentElement.dataset.rang = 'true';
        return tones.call(this);
      };
    });
    await page.goto(`${url}/caregiver`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await context?.shutdown();
  });

  const untilState = (state: string) =>
    page.waitForFunction((wanted) => document.body.dataset.state === wanted, state, { timeout: 30_000 });

  it('is red until somebody resumes, stops the robot, and rings', async () => {
    await page.getByText('Waiting for a caregiver').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await untilState('well');
    await page.getByRole('button', { name: 'turn the sound on' }).click();
    await page.getByRole('button', { name: 'STOP' }).click();
    await untilState('alarm');
    expect(await page.getByRole('alert').textContent()).toBe('Stop was pressed');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(184, 31, 31)',
    );
    await page.waitForFunction(() => document.documentElement.dataset.rang === 'true');
  });

  it('says so when the Stop process is gone', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await untilState('well');
    await running.stop();
    await untilState('alarm');
    expect(await page.getByRole('status').textContent()).toBe('No heartbeat');
  });
});
