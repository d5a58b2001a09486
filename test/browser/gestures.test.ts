import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrateInWorker, defaultProtocol } from '@efferent/emg';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, ViewerPage } from '../support/browser.ts';
import { type Kitchen, secondTry, startKitchen } from '../support/kitchen.ts';
import { OneGesturePerson, type SeenPage } from '../support/one-gesture-person.ts';
import { requires } from '../support/requirement.ts';

type GateStatus = MessageTypes['efferent_interfaces/msg/GateStatus'];
type Plan = MessageTypes['efferent_interfaces/msg/Plan'];
type Place = readonly [x: number, y: number, z: number];

/**
 * Who cannot press a key: every keyboard, mouse, pointer and touch event of the page is swallowed before the page sees it, and
 * one gesture of a virtual forearm does it all. What came of it is told by the gate, the agent and the simulator.
 */
const personSeed = 1002;
const gesture = 'wextend';
/** Longer than by itself, for whoever looks at a page that a processor draws. */
const dwellS = 2;
const stateOfSubGoal = { done: 3 } as const;
const outFolder = join(repositoryFolder, '.efferent/screenshots');
const patience = { timeout: 30_000, interval: 100 } as const;

describe('the viewer, by one gesture alone', () => {
  const isPossible = requires('dds', 'chromium');
  let folder: string;
  let calibration: string;
  let kitchen: Kitchen;
  let browser: Browser;
  let viewer: ViewerPage;
  let person: OneGesturePerson;
  let node: RosNode;
  let gate: GateStatus | undefined;
  let plan: Plan | undefined;
  let gestures = '';
  let speedMps = 0;

  beforeAll(async () => {
    if (!isPossible) return;
    folder = await mkdtemp(join(tmpdir(), 'efferent-gestures-'));
    calibration = join(folder, 'person.json');
    await calibrateInWorker({
      person: { personSeed, sampleRateHz: 2000 },
      protocol: { ...defaultProtocol, gestures: ['rest', gesture], repetitions: 6 },
      file: calibration,
      decoder: undefined,
      isAgain: false,
    });
    [kitchen, browser] = await Promise.all([
      startKitchen({
        seed: personSeed,
        forearm: {
          calibration,
          mapping: 'stretch-two',
          scan_dwell_s: String(dwellS),
          sleep_after_s: '120.0',
          recalibration_hold_s: '2.0',
          confirm_steps: 'true',
        },
      }),
      startBrowser(),
    ]);
    node = await kitchen.system.context.createNode('gesture_person');
    const latched = { qos: qosProfiles.latched };
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      '/stretch/gate/status',
      latched,
      (message) => {
        gate = message;
      },
    );
    node.createSubscription('efferent_interfaces/msg/Plan', '/agent/plan', latched, (message) => {
      plan = message;
    });
    node.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      '/stretch/gesture_control/status',
      {},
      ({ stop_state: state, stop_reason: reason }) => {
        if (state !== gestures) person?.note(`gestures are ${state} ${reason}`);
        gestures = state;
      },
    );
    node.createSubscription('nav_msgs/msg/Odometry', '/stretch/odom', {}, ({ twist }) => {
      speedMps = Math.hypot(twist.twist.linear.x, 0.3 * twist.twist.angular.z);
    });
    const muscles = node.createPublisher('std_msgs/msg/String', '/emg/activate', qosProfiles.default);
    const page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
    await page.addInitScript(swallowEvents);
    viewer = new ViewerPage(page);
    person = new OneGesturePerson(page, gesture, (data) => muscles.publish({ data }));
    await viewer.open(kitchen.viewerUrl);
    await person.waitToSee('the menu', ({ choices }) => choices.length > 0, 60_000);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await kitchen?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const swallowed = () => viewer.page.evaluate(() => (window as unknown as { swallowed: number }).swallowed);
  const isStopPressed = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${kitchen.stopPort}/state`);
    return ((await response.json()) as { stopped: boolean }).stopped;
  };

  async function place(): Promise<Place> {
    const robot = (await kitchen.states()).find(({ type }) => type === 'robot');
    if (robot === undefined) throw new Error('the simulator does not tell where the robot is');
    return robot.pose.translation as Place;
  }

  const stands = () => expect.poll(() => speedMps, patience).toBeLessThan(0.01);
  const isDone = () => statesOf(plan).every((state) => state === stateOfSubGoal.done);
  let swallowedAtStart = 0;

  it('no key, mouse, wheel or touch reaches the page', async () => {
    const { page } = viewer;
    const box = await page.locator('#stop').boundingBox();
    const [x, y] = [box!.x + box!.width / 2, box!.y + box!.height / 2];
    await page.mouse.click(x, y);
    await page.mouse.wheel(0, 100);
    await page.keyboard.press('Space');
    await page.locator('#stop').dispatchEvent('touchstart');
    await page.locator('#stop').dispatchEvent('click');
    swallowedAtStart = await swallowed();
    expect(swallowedAtStart).toBeGreaterThan(5);
    expect(await isStopPressed()).toBe(false);
    expect(gate?.stopped).toBe(false);
  });

  it('calibrates: one gesture starts the prompts, and time goes on from one to the next', async () => {
    const [before, from] = [await readFile(calibration, 'utf8'), await place()];
    await person.achieve(
      ['calibrate', 'yes, calibrate'],
      'the first prompt',
      (seen) => seen.calibration === 'prompting',
      90_000,
    );
    const { asked, totals, end } = await person.followPrompts(90_000);
    expect(end).toMatch(/^calibrated: \d+ % right$/);
    expect(asked).toContain(`${gesture}, firmly`);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    expect(totals.at(-1)! - totals[0]!).toBeGreaterThan(0.5);
    expect(await readFile(calibration, 'utf8')).not.toBe(before);
    expect(distance(await place(), from)).toBeLessThan(0.005);
    await expect.poll(() => gestures, patience).toBe('armed');
  });

  it('asks the agent for what it suggests, and lets it take every step', secondTry, async () => {
    await person.achieve(['ask the agent'], 'suggestions', offers('go back'), 60_000);
    mkdirSync(outFolder, { recursive: true });
    await viewer.page.screenshot({ path: join(outFolder, 'gestures-test.png'), timeout: 60_000 });
    const { choices } = await person.look();
    const wish = choices.find((label) => label.startsWith('look at')) ?? choices[0]!;
    await person.achieve(['ask the agent', wish], 'the first step', isAskedToConfirm, 90_000);
    await expect.poll(() => plan?.instruction, patience).toBe(wish);
    expect(statesOf(plan)).not.toContain(stateOfSubGoal.done);
    await person.confirmUntil(async () => isDone(), 60_000);
    expect(plan?.instruction).toBe(wish);
  });

  it(
    'answers a question, confirms a step, pauses the agent, lets it go on, and stops it for good',
    secondTry,
    async () => {
      const task = new AbortController();
      const ended = kitchen.system.client
        .runTask('open the drawer', { signal: task.signal })
        .catch(() => undefined);
      try {
        await person.waitToSee('which drawer', ({ question }) => question.startsWith('Which drawer'), 30_000);
        await person.achieve(['left drawer'], 'the first step', isAskedToConfirm, 90_000);
        expect(JSON.stringify(plan?.sub_goals)).toContain('left drawer');
        const atFirst = await place();
        await person.confirmUntil(async () => distance(await place(), atFirst) > 0.03, 90_000);

        await person.pauseAgent(20_000);
        expect(gate?.agent_paused).toBe(true);
        await stands();
        const paused = await place();
        await person.achieve(['let the agent go on'], 'the agent free', isAgentFree, 40_000);
        await expect.poll(() => gate?.agent_paused, patience).toBe(false);
        await person.confirmUntil(async () => distance(await place(), paused) > 0.03, 60_000);

        await person.pauseAgent(20_000);
        await person.achieve(
          ['stop and lock'],
          'the lock',
          ({ banner }) => banner.includes('locked'),
          40_000,
        );
        await stands();
        const stood = await place();
        expect(gestures).toBe('locked');
        expect(gate?.source).not.toBe('agent');
        expect((await person.look()).choices).toEqual(['back out', 're-arm']);
        expect((await ended)?.outcome).toBe('stopped');
        expect(distance(await place(), stood)).toBeLessThan(0.01);
      } finally {
        task.abort();
        await ended;
      }
    },
  );

  it('re-arms by two choices and gives the robot back', secondTry, async () => {
    await person.achieve(
      ['re-arm', 'yes, re-arm'],
      'the end of the lock',
      ({ banner }) => banner === '',
      40_000,
    );
    expect(gestures).toBe('armed');
    expect(gate?.agent_paused).toBe(true);
    await person.achieve(['give the robot back'], 'it given back', isAgentFree, 60_000);
    await expect.poll(() => gate?.agent_paused, patience).toBe(false);
  });

  it('resumes after the red Stop that somebody else has pressed', secondTry, async () => {
    expect(await isStopPressed()).toBe(false);
    await fetch(`http://127.0.0.1:${kitchen.stopPort}/stop`, { method: 'POST' });
    await expect.poll(() => gate?.stopped, patience).toBe(true);
    const isResumed = ({ banner }: SeenPage) => !banner.startsWith('Stopped');
    await person.achieve(['resume after Stop', 'yes, resume'], 'the end of Stop', isResumed, 60_000);
    expect(await isStopPressed()).toBe(false);
    await expect.poll(() => gate?.stopped, patience).toBe(false);
  });

  it('did all of it without a key, a mouse or a touch, and without an error on the page', async () => {
    expect(await swallowed()).toBe(swallowedAtStart);
    expect(viewer.errors).toEqual([]);
  });
});

const isAskedToConfirm = ({ question }: SeenPage): boolean => question.startsWith('Next: ');

const offers =
  (label: string) =>
  ({ choices }: SeenPage): boolean =>
    choices.includes(label);
const isAgentFree = ({ facts }: SeenPage): boolean => !facts.includes('agent paused');
const statesOf = (plan: Plan | undefined): readonly number[] =>
  plan?.sub_goals.map(({ state }) => state) ?? [];

const distance = (to: Place, from: Place): number =>
  Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);

/** Runs in the page, before anything of it: events of a keyboard, mouse, pen or finger end where they begin. */
function swallowEvents(): void {
  const counted = window as unknown as { swallowed: number };
  counted.swallowed = 0;
  // A mouse that rests sends moves, too, when the page changes below it.
  const presses = ['keydown', 'mousedown', 'pointerdown', 'touchstart', 'click', 'wheel'];
  const swallow = (event: Event) => {
    if (presses.includes(event.type)) counted.swallowed += 1;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  const kinds =
    /^on(key|mouse|pointer|touch|click|dblclick|auxclick|wheel|contextmenu|beforeinput|drag|drop)/;
  const names = new Set<string>();
  for (const owner of [window, document, HTMLElement.prototype, Element.prototype, Document.prototype])
    for (const name of Object.getOwnPropertyNames(owner)) if (kinds.test(name)) names.add(name.slice(2));
  for (const name of [...names, 'touchstart', 'touchmove', 'touchend', 'touchcancel', 'mousewheel'])
    window.addEventListener(name, swallow, { capture: true, passive: false });
}
