import type { MessageTypes } from '@efferent/interfaces';
import { codecOf } from '@efferent/interfaces';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../connection/backoff.ts';
import { publishFrame, readServerFrame, serviceFrame } from '../connection/frames.ts';
import { FrameBudget, fullLimits, leanLimits } from '../world/frame-budget.ts';
import { searchBelief } from './belief-search.ts';
import { electrodePixels, mapOf } from './electrode-map.ts';
import { freshness } from './freshness.ts';
import { imagePixels } from './image-pixels.ts';
import { formatPosition, gaugeSpecs, gripperIndex } from './joint-gauges.ts';
import { RateMeter, RealTimeFactor } from './rate-meter.ts';
import { cameraOf, findRobots } from './robots.ts';
import { ScanCycle } from './scan-cycle.ts';

type Belief = MessageTypes['efferent_interfaces/msg/Belief'];
type Image = MessageTypes['sensor_msgs/msg/Image'];

describe('searchBelief', () => {
  const belief = codecOf('efferent_interfaces/msg/Belief').complete({
    header: { stamp: { sec: 100 } },
    objects: [
      {
        id: 'apple-1',
        class_name: 'apple',
        confidence: 0.9,
        relation: 'on',
        support: 'table',
        visible: true,
      },
      {
        id: 'mug-1',
        class_name: 'mug',
        confidence: 0.5,
        relation: 'held-by',
        support: '/stretch',
        last_seen: { sec: 40 },
      },
    ],
    fixtures: [
      { id: 'left-drawer', state: 'closed' },
      { id: 'table', state: 'fixed' },
    ],
    robots: [{ name: '/stretch', held_object: 'mug-1' }],
  }) as Belief;

  it('lists robots, objects and what can open, leaving out what cannot', () => {
    expect(searchBelief(belief, '').map(({ title }) => title)).toEqual([
      'stretch',
      'apple-1',
      'mug-1',
      'left-drawer',
    ]);
  });

  it('finds rows in which every word occurs', () => {
    expect(searchBelief(belief, 'table').map(({ id }) => id)).toEqual(['apple-1']);
    expect(searchBelief(belief, 'mug held').map(({ id }) => id)).toEqual(['mug-1']);
    expect(searchBelief(belief, 'drawer open')).toEqual([]);
  });

  it('says how long ago a thing out of view was seen', () => {
    expect(searchBelief(belief, 'mug-1 held')[0]?.detail).toBe('held by /stretch · seen 60 s ago');
  });
});

describe('scanning', () => {
  it('offers one target after another and starts again', () => {
    const cycle = new ScanCycle(() => ['stop', 'pause']);
    expect([cycle.advance(), cycle.advance(), cycle.advance()]).toEqual(['stop', 'pause', 'stop']);
  });

  it('goes on from the same target when a more urgent one appears, and offers that one after a restart', () => {
    let targets = ['stop', 'pause'];
    const cycle = new ScanCycle(() => targets);
    cycle.advance();
    targets = ['answer', 'stop', 'pause'];
    expect(cycle.advance()).toBe('pause');
    cycle.restart();
    expect(cycle.advance()).toBe('answer');
  });

  it('offers nothing when there is nothing', () => {
    expect(new ScanCycle(() => []).advance()).toBeUndefined();
  });
});

describe('rates', () => {
  it('counts events of the last seconds only', () => {
    const meter = new RateMeter(1000);
    for (let timeMs = 0; timeMs < 5000; timeMs += 10) meter.add(timeMs, 100);
    expect(meter.rateHz(4990)).toBeCloseTo(100, -1);
    expect(meter.bytesPerSecond(4990)).toBeCloseTo(10_000, -3);
    expect(meter.rateHz(10_000)).toBe(0);
  });

  it('measures simulated against wall time and forgets it after a reset of the simulation', () => {
    const factor = new RealTimeFactor();
    for (let i = 0; i <= 20; i++) factor.add(i * 100, BigInt(i) * 50_000_000n);
    expect(factor.value).toBeCloseTo(0.5);
    factor.add(2100, 0n);
    expect(factor.value).toBeUndefined();
  });

  it('waits longer and longer between attempts, and short again after a success', () => {
    const backoff = new Backoff(250, 1000);
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([250, 500, 1000, 1000]);
    backoff.succeeded();
    expect(backoff.next()).toBe(250);
  });

  it('draws at most thirty times a second and coarser where drawing is slow', () => {
    const budget = new FrameBudget(fullLimits);
    budget.drew(1000, 5);
    expect(budget.mayDraw(1010)).toBe(false);
    expect(budget.mayDraw(1030)).toBe(true);
    for (let i = 0; i < 200; i++) budget.drew(2000 + i * 500, 250);
    expect(budget.pixelRatioLimit).toBeLessThan(1);
    for (let i = 0; i < 200; i++) budget.drew(200_000 + i * 40, 5);
    expect(budget.pixelRatioLimit).toBe(2);
  });

  it('leaves three quarters of a processor that draws to others', () => {
    const budget = new FrameBudget(leanLimits);
    let nowMs = 0;
    for (let i = 0; i < 200; i++) {
      nowMs += 60;
      budget.drew(nowMs, 60);
      while (!budget.mayDraw(nowMs)) nowMs++;
    }
    expect(60 * budget.framesPerSecond).toBeLessThan(270);
  });
});

describe('joints', () => {
  const limits = new Map([
    ['joint_lift', { lower: 0, upper: 1.1 }],
    ['joint_arm_l0', { lower: 0, upper: 0.13 }],
    ['joint_arm_l1', { lower: 0, upper: 0.13 }],
    ['joint_head_pan', { lower: -3.9, upper: 1.5 }],
  ]);

  it('leaves out joints that only follow, and adds up the telescope’s limits', () => {
    const names = [
      'joint_lift',
      'wrist_extension',
      'joint_arm_l0',
      'joint_arm_l1',
      'joint_gripper_finger_left',
      'joint_head_pan',
    ];
    expect(gaugeSpecs(names, limits)).toEqual([
      { name: 'joint_lift', title: 'lift', lower: 0, upper: 1.1, unit: 'm' },
      { name: 'wrist_extension', title: 'wrist extension', lower: 0, upper: 0.26, unit: 'm' },
      { name: 'joint_head_pan', title: 'head pan', lower: -3.9, upper: 1.5, unit: '°' },
    ]);
  });

  it('formats metres as millimetres and radians as degrees', () => {
    expect([formatPosition(0.5, 'm'), formatPosition(Math.PI / 2, '°')]).toEqual(['500 mm', '90°']);
  });
});

describe('pictures', () => {
  const image = (fields: object) => codecOf('sensor_msgs/msg/Image').complete(fields) as Image;

  it('reads rgb and bgr rows that are longer than their pixels', () => {
    const pixels = new Uint8ClampedArray(8);
    const data = Uint8Array.of(1, 2, 3, 99, 4, 5, 6, 99);
    expect(imagePixels(image({ width: 1, height: 2, step: 4, encoding: 'rgb8', data }), pixels)).toBe(true);
    expect([...pixels]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    imagePixels(image({ width: 1, height: 2, step: 4, encoding: 'bgr8', data }), pixels);
    expect([...pixels.subarray(0, 3)]).toEqual([3, 2, 1]);
  });

  it('draws near warm, far cold and unknown dark', () => {
    const pixels = new Uint8ClampedArray(12);
    const data = new Uint8Array(Uint16Array.of(0, 400, 3900).buffer);
    imagePixels(image({ width: 3, height: 1, step: 6, encoding: '16UC1', data }), pixels);
    expect(pixels[0]).toBeLessThan(30);
    expect(pixels[4] as number).toBeGreaterThan(pixels[6] as number);
    expect(pixels[10] as number).toBeGreaterThan(pixels[8] as number);
  });

  it('refuses an encoding that it does not know', () => {
    expect(imagePixels(image({ width: 1, height: 1, encoding: 'yuv422' }), new Uint8ClampedArray(4))).toBe(
      false,
    );
  });

  it('draws a stronger electrode brighter', () => {
    const pixels = new Uint8ClampedArray(8);
    electrodePixels(mapOf(undefined, 2), [5, 80], 100, pixels);
    expect(pixels[5] as number).toBeGreaterThan(pixels[1] as number);
  });

  it('draws electrodes where the source says that they are, and nothing where there is none', () => {
    const map = mapOf({ columns: 2, channels: Int16Array.of(-1, 2, 0, 1) }, 3);
    const pixels = new Uint8ClampedArray(16).fill(9);
    electrodePixels(map, [0, 50, 100], 100, pixels);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const greens = [5, 9, 13].map((at) => pixels[at] as number);
    expect(greens[0]).toBeGreaterThan(greens[2] as number);
    expect(greens[2]).toBeGreaterThan(greens[1] as number);
  });

  it('draws a square when no map was given, or one of other electrodes', () => {
    expect(mapOf(undefined, 64).columns).toBe(8);
    expect(mapOf({ columns: 16, channels: new Int16Array(64) }, 32).columns).toBe(6);
  });

  it('fades what is old and not what is fresh', () => {
    expect([freshness(0.2, 0.5, 2), freshness(1.25, 0.5, 2), freshness(9, 0.5, 2)]).toEqual([1, 0.5, 0]);
  });
});

describe('frames of the protocol', () => {
  it('reads messages, time and service answers, and nothing from what is too short', () => {
    const message = Uint8Array.of(1, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 42).buffer;
    expect(readServerFrame(message)).toEqual({
      op: 'message',
      subscriptionId: 7,
      timeNs: 1n,
      data: Uint8Array.of(42),
    });
    expect(readServerFrame(Uint8Array.of(2, 5, 0, 0, 0, 0, 0, 0, 0).buffer)).toEqual({
      op: 'time',
      timeNs: 5n,
    });
    expect(readServerFrame(Uint8Array.of(1, 7).buffer)).toBeUndefined();
  });

  it('writes a service call that reads back as the answer it mirrors', () => {
    const frame = serviceFrame(3, 9, 'json', Uint8Array.of(1, 2));
    const mirrored = frame.slice();
    mirrored[0] = 3;
    expect(readServerFrame(mirrored.buffer)).toEqual({
      op: 'service',
      callId: 9,
      encoding: 'json',
      data: Uint8Array.of(1, 2),
    });
    expect([...publishFrame(258, Uint8Array.of(5))]).toEqual([1, 2, 1, 0, 0, 5]);
  });
});

describe('names of a robot that nobody knew before', () => {
  it('finds its camera by what it publishes, and waits while there is none', () => {
    const topics = ['/other/eye/color/camera_info', '/porter/front_eye/depth/image_raw', '/porter/scan'];
    expect(cameraOf(topics, '/porter')).toBeUndefined();
    expect(cameraOf([...topics, '/porter/front_eye/color/camera_info'], '/porter')).toBe('/porter/front_eye');
  });

  it('finds every robot by its description, and which of them drive', () => {
    const topics = ['/stretch/robot_description', '/stretch/cmd_vel', '/tf', '/panda/robot_description'];
    expect(findRobots(topics)).toEqual([
      { name: '/panda', drives: false },
      { name: '/stretch', drives: true },
    ]);
    expect(findRobots(['/robot_description'])).toEqual([{ name: '', drives: false }]);
  });

  it('takes for the gripper what is commanded before a joint of it', () => {
    const limits = new Map([['joint_gripper_finger_left', { lower: 0, upper: 1 }]]);
    expect(gripperIndex(['lift', 'joint_gripper_finger_left', 'gripper_aperture'], limits)).toBe(2);
    expect(gripperIndex(['lift', 'joint_gripper_finger_left'], limits)).toBe(1);
    expect(gripperIndex(['lift'], limits)).toBe(-1);
  });
});
