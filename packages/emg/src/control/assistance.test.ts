import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssistSettings, Surroundings } from './assist-types.ts';
import { assist } from './assistance.ts';

const settings: AssistSettings = {
  slowFromM: 0.8,
  stopAtM: 0.1,
  halfWidthM: 0.2,
  frontM: 0.1,
  rearM: 0.26,
  toolFrame: 'tool',
  reachJoint: 'wrist_extension',
  reachAlong: [0, -1],
  liftJoint: 'joint_lift',
  wristJoint: 'joint_wrist_yaw',
  alignWithinM: 0.4,
};
const nothing: Surroundings = { obstacles: [], toolM: [0, -0.5, 0.8], things: [] };
const forward = { base: 'linear', topSpeed: 0.25 } as const;
const turn = { base: 'angular', topSpeed: 0.5 } as const;
const reach = { joint: 'wrist_extension', topSpeed: 0.1 } as const;

describe('slowing before what the laser sees', () => {
  const seeing = (x: number, y = 0): Surroundings => ({ ...nothing, obstacles: [[x, y]] });

  it('scales the speed with the free way, down to a stop', () => {
    expect(assist(settings, seeing(2), forward, 0.25)).toMatchObject({ factor: 1, note: '' });
    expect(assist(settings, seeing(0.55), forward, 0.25).factor).toBeCloseTo(0.5, 6);
    expect(assist(settings, seeing(0.19), forward, 0.25)).toMatchObject({
      factor: 0,
      note: 'stopped: 0.09 m free',
    });
  });

  it('leaves ways alone that lead past, or away', () => {
    expect(assist(settings, seeing(0.3, 0.4), forward, 0.25).factor).toBe(1);
    expect(assist(settings, seeing(0.3), forward, -0.25).factor).toBe(1);
    expect(assist(settings, seeing(-0.6), forward, -0.15).factor).toBeLessThan(0.5);
  });

  it('slows a turn by what a corner would swing into, and leaves it alone beside furniture', () => {
    expect(assist(settings, seeing(0, 0.5), turn, 0.5).factor).toBe(1);
    // Turning left, the rear right corner swings to the right, into what stands there; turning right leads away from it.
    expect(assist(settings, seeing(-0.2, -0.26), turn, 0.5).factor).toBeLessThan(0.2);
    expect(assist(settings, seeing(-0.2, -0.26), turn, -0.5).factor).toBe(1);
    expect(assist(settings, seeing(-0.29, 0.1), turn, 0.5).factor).toBeLessThan(0.2);
  });
});

describe('leading a reaching hand to the nearest thing', () => {
  const bottle = { name: 'bottle', centerM: [0.05, -0.7, 0.84] } as const;
  const seen: Surroundings = { ...nothing, things: [{ name: 'mug', centerM: [-0.1, -0.88, 0.75] }, bottle] };

  it('corrects lift and base so that the hand arrives in the middle', () => {
    const help = assist(settings, seen, reach, 0.1);
    expect(help).toMatchObject({ note: 'towards the bottle', factor: 1 });
    const seconds = 0.2 / 0.1;
    expect(help.liftMps * seconds).toBeCloseTo(0.04, 9);
    expect(help.baseMps * seconds).toBeCloseTo(0.05, 9);
  });

  it('ends in the middle of the thing from wherever it begins, by following its own corrections', () => {
    const offset = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
    fc.assert(
      fc.property(
        offset(0.11),
        offset(0.14),
        fc.double({ min: 0.1, max: 0.38, noNaN: true }),
        (x, z, ahead) => {
          let tool: [number, number, number] = [0, -0.5, 0.8];
          let thing: [number, number, number] = [x, -0.5 - ahead, 0.8 + z];
          for (let i = 0; i < 400; i++) {
            const help = assist(
              settings,
              { ...nothing, toolM: tool, things: [{ name: 'cup', centerM: thing }] },
              reach,
              0.1,
            );
            if (help.note === '') break;
            tool = [tool[0], tool[1] - 0.1 * help.factor * 0.05, tool[2] + help.liftMps * 0.05];
            thing = [thing[0] - help.baseMps * 0.05, thing[1], thing[2]];
          }
          expect(Math.abs(thing[0] - tool[0])).toBeLessThan(0.03);
          expect(Math.abs(thing[2] - tool[2])).toBeLessThan(0.03);
        },
      ),
    );
  });

  it('moves along the long axis of a thing and turns the hand to it, from wherever it begins', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        number(-0.08, 0.08),
        number(0.25, 0.38),
        number(-0.6, 0.6),
        number(-0.5, 0.5),
        fc.boolean(),
        (x, ahead, oblique, start, isTurned) => {
          const sign = isTurned ? -1 : 1;
          const axis = [sign * Math.sin(oblique), -sign * Math.cos(oblique)] as const;
          let tool: [number, number, number] = [0, -0.5, 0.8];
          let thing: [number, number, number] = [x, -0.5 - ahead, 0.8];
          let heading = -Math.PI / 2 + start;
          let offAxis = Number.POSITIVE_INFINITY;
          for (let i = 0; i < 1000; i++) {
            const pointing = [Math.cos(heading), Math.sin(heading)] as const;
            const help = assist(
              settings,
              { ...nothing, toolM: tool, pointing, things: [{ name: 'remote', centerM: thing, axis }] },
              reach,
              0.1,
            );
            if (help.note === '') break;
            expect(help.note).toBe('along the remote');
            expect(Math.abs(help.wristRadps)).toBeLessThanOrEqual(0.5 + 1e-9);
            tool = [tool[0], tool[1] - 0.1 * help.factor * 0.05, tool[2]];
            thing = [thing[0] - help.baseMps * 0.05, thing[1], thing[2]];
            heading += help.wristRadps * 0.05;
            const [dx, dy] = [thing[0] - tool[0], thing[1] - tool[1]];
            if (-dy < 0.1)
              offAxis = Math.min(offAxis, Math.abs(dx * Math.cos(oblique) + dy * Math.sin(oblique)));
          }
          expect(Math.abs(thing[0] - tool[0])).toBeLessThan(0.03);
          // The last tenth of a metre leads along the axis.
          expect(offAxis).toBeLessThan(0.01);
          expect(Math.abs(heading - (-Math.PI / 2 + oblique))).toBeLessThan(0.15);
        },
      ),
    );
  });

  it('takes a thing that lies across the way as one without an axis', () => {
    const things = [{ name: 'remote', centerM: [0.05, -0.7, 0.8], axis: [1, 0] }] as const;
    expect(assist(settings, { ...nothing, pointing: [0, -1], things }, reach, 0.1)).toMatchObject({
      note: 'towards the remote',
      wristRadps: 0,
    });
  });

  it('does nothing for what is far off the way, behind, or when the hand draws back', () => {
    const alone = (centerM: readonly [number, number, number]) => ({
      ...nothing,
      things: [{ name: 'cup', centerM }],
    });
    for (const center of [
      [0.2, -0.7, 0.8],
      [0, -0.7, 1.1],
      [0, -0.3, 0.8],
      [0, -1.2, 0.8],
    ] as const)
      expect(assist(settings, alone(center), reach, 0.1).note).toBe('');
    expect(assist(settings, seen, reach, -0.1).note).toBe('');
    expect(assist(settings, seen, { joint: 'joint_lift', topSpeed: 0.1 }, 0.1).note).toBe('');
  });

  it('never moves anything faster than the person asks, nor anything without being asked', () => {
    expect(assist(settings, seen, reach, 0)).toMatchObject({ liftMps: 0, baseMps: 0 });
    const help = assist(settings, seen, reach, 0.3);
    expect(help.factor).toBeLessThanOrEqual(1);
    expect(Math.abs(help.liftMps)).toBeLessThanOrEqual(0.06 + 1e-9);
    expect(Math.abs(help.baseMps)).toBeLessThanOrEqual(0.06 + 1e-9);
  });
});
