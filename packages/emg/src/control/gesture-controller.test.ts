import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DecodingFault, decodingFaults } from '../decoder/decoding-fault.ts';
import { type GestureName, gestureNames } from '../gestures.ts';
import { Bench, choose, isMoving, speedOf, waitFor } from '../testing/control-bench.ts';
import { decisionTimeoutNs, staleDecisionNs } from './gesture-controller.ts';
import { standStill } from './motion-driver.ts';

test('speed ramps up while a gesture is held, to the square of effort times top speed', () => {
  const bench = new Bench();
  const speeds = Array.from({ length: 14 }, () => speedOf(bench.decide('wextend', { effort: 0.5 })[0]));
  expect(speeds[0]).toBeCloseTo(0.25 * 0.25 * (1 / 12), 9);
  expect(speeds[5]).toBeCloseTo(0.25 * 0.25 * 0.5, 9);
  expect(speeds[11]).toBeCloseTo(0.0625, 9);
  expect(speeds[13]).toBeCloseTo(0.0625, 9);
});

test('rest sends one zero at once and then nothing', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  expect(bench.decide('rest')).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
  expect(bench.decide('rest')).toEqual([]);
});

test('a rejected decision and one on old samples stop like rest', () => {
  for (const options of [{ rejected: true }, { ageNs: staleDecisionNs + 1n }]) {
    const bench = new Bench();
    bench.hold('wextend', 1);
    expect(bench.decide('wextend', options)).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
    expect(bench.decide('wextend', options)).toEqual([]);
  }
});

test('a single wrong window hardly moves the robot', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  const outputs = bench.decide('abduct');
  expect(outputs[0]).toEqual({ kind: 'base', linearMps: 0, angularRadps: 0 });
  expect(outputs[1]).toMatchObject({ kind: 'base', linearMps: 0 });
  expect((outputs[1] as { angularRadps: number }).angularRadps).toBeLessThan(0.05);
  expect(speedOf(bench.decide('wextend').at(-1))).toBeGreaterThan(0.2);
});

test('missing decisions stop the robot once, after 120 ms', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  expect(bench.controller.tick(bench.nowNs + decisionTimeoutNs - 1n)).toEqual([]);
  expect(bench.controller.tick(bench.nowNs + decisionTimeoutNs)).toHaveLength(1);
  expect(bench.controller.tick(bench.nowNs + 2n * decisionTimeoutNs)).toEqual([]);
  expect(bench.controller.status).toMatchObject({ gesture: 'rest', isActive: false, speed: 0 });
});

test('a held open goes to the next mode, once a hold, and moves nothing', () => {
  const bench = new Bench();
  expect(bench.hold('open', 0.45)).toEqual([]);
  expect(bench.controller.status.mode).toBe('drive');
  expect(bench.hold('open', 3)).toEqual([]);
  expect(bench.controller.status.mode).toBe('lift-arm');
  bench.hold('rest', 0.2);
  bench.hold('open', 0.6);
  expect(bench.controller.status.mode).toBe('wrist');
});

test('one unsure window does not end a hold', () => {
  const bench = new Bench();
  bench.hold('open', 0.3);
  bench.decide('open', { rejected: true });
  bench.hold('open', 0.2);
  expect(bench.controller.status.mode).toBe('lift-arm');
});

test('the fine level slows every motion down', () => {
  const bench = new Bench();
  bench.hold('pronate', 0.6);
  bench.hold('rest', 0.3);
  choose(bench, 'fine speed');
  expect(bench.controller.status.level).toBe('fine');
  bench.hold('rest', 0.2);
  expect(speedOf(bench.hold('wextend', 1).at(-1))).toBeCloseTo(0.25 * 0.3, 9);
});

test('an assisting robot leads a reaching hand to what it sees, and stops all of it when the gesture ends', () => {
  const bench = new Bench();
  bench.hold('open', 0.6);
  bench.hold('rest', 0.3);
  const cup = { name: 'cup', centerM: [0.05, -0.8, 0.75] } as const;
  const seen = { obstacles: [], toolM: [0, -0.5, 0.8], things: [cup] } as const;
  bench.controller.observeSurroundings(seen);
  const kinds = () =>
    bench.decide('abduct').map((output) => (output.kind === 'joint' ? output.joint : output.kind));
  expect(kinds()).toEqual(['wrist_extension', 'joint_lift', 'base']);
  expect(bench.controller.status.assist).toBe('towards the cup');
  bench.controller.observeSurroundings({ ...seen, things: [] });
  expect(bench.decide('abduct')).toEqual([
    { kind: 'joint', joint: 'joint_lift', velocity: 0 },
    standStill,
    expect.objectContaining({ kind: 'joint', joint: 'wrist_extension' }),
  ]);
  bench.controller.observeSurroundings(seen);
  bench.decide('abduct');
  expect(bench.decide('rest').filter(isMoving)).toEqual([]);
  expect(bench.controller.status.assist).toBe('');
});

test('an assisting robot slows before what the laser sees; without assistance it does not', () => {
  const bench = new Bench();
  const seen = { obstacles: [[0.5, 0]], toolM: undefined, things: [] } as const;
  bench.hold('wextend', 1);
  const free = speedOf(bench.decide('wextend')[0]) ?? 0;
  bench.controller.observeSurroundings(seen);
  expect(speedOf(bench.decide('wextend')[0])).toBeLessThan(0.6 * free);
  expect(bench.controller.status.assist).toBe('slowed: 0.41 m free');
  bench.controller.observeSurroundings(undefined);
  expect(speedOf(bench.decide('wextend')[0])).toBeCloseTo(free, 6);
});

test('modes reach joints: lift up, then gripper open', () => {
  const bench = new Bench();
  bench.hold('open', 0.6);
  expect(bench.hold('wextend', 1).at(-1)).toEqual({ kind: 'joint', joint: 'joint_lift', velocity: 0.1 });
  bench.hold('rest', 0.2);
  bench.hold('open', 0.6);
  bench.hold('rest', 0.2);
  bench.hold('open', 0.6);
  expect(bench.hold('wextend', 1).at(-1)).toEqual({
    kind: 'joint',
    joint: 'gripper_aperture',
    velocity: 0.06,
  });
});

test('while the agent moves the robot, gestures send zero speed only, so that the gate pauses the agent', () => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'agent', agentPaused: false, faceDistanceM: Infinity });
  const outputs = bench.hold('wextend', 2);
  expect(outputs.length).toBeGreaterThan(0);
  expect(outputs.some(isMoving)).toBe(false);
  expect(outputs.every(({ kind }) => kind === 'base')).toBe(true);
});

test('open held for a second, confirmed by pronate, asks for the robot; then gestures move it', () => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'none', agentPaused: true, faceDistanceM: Infinity });
  expect(bench.hold('open', 1.1).some(({ kind }) => kind === 'take-over')).toBe(false);
  bench.hold('rest', 0.3);
  expect(bench.hold('pronate', 0.6).filter(({ kind }) => kind === 'take-over')).toHaveLength(1);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(false);
  bench.controller.confirmTakeOver(true);
  bench.hold('rest', 0.2);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
});

test.each([
  ['a short hold', ['open', 0.8, 'rest', 0.2, 'pronate', 1]],
  ['no confirmation', ['open', 3]],
  ['a late confirmation', ['open', 1.1, 'rest', 3.2, 'pronate', 1]],
  ['another gesture in between', ['open', 1.1, 'wflex', 0.5, 'pronate', 1]],
  ['a hold with a gap', ['open', 0.6, 'rest', 0.2, 'open', 0.6, 'rest', 0.1, 'pronate', 1]],
] as const)('%s does not take the robot over', (_, steps) => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'none', agentPaused: true, faceDistanceM: Infinity });
  for (let i = 0; i < steps.length; i += 2) {
    const outputs = bench.hold(steps[i] as GestureName, steps[i + 1] as number);
    expect(outputs.filter(({ kind }) => kind === 'take-over')).toEqual([]);
  }
});

test('supinate lets a paused agent go on', () => {
  const bench = new Bench();
  bench.controller.observeGate({ source: 'none', agentPaused: true, faceDistanceM: Infinity });
  expect(bench.hold('supinate', 1.1)).toContainEqual({ kind: 'hand-back' });
});

test('the runstop gesture stops at once, locks within 200 ms, and takes the robot from the agent', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  expect(bench.decide('grip')).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
  expect(bench.hold('grip', 0.3)).toContainEqual({ kind: 'take-over' });
  expect(bench.controller.status).toMatchObject({ stopState: 'locked', stopReason: 'stopped by grip' });
  expect(bench.hold('wextend', 3).some(isMoving)).toBe(false);
  expect(bench.hold('rest', 30)).toEqual([]);
  expect(bench.hold('pronate', 3)).toEqual([]);
  expect(bench.controller.status.stopState).toBe('locked');
});

test('a tight forearm locks, and only a chosen and confirmed re-arming ends it', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  const outputs = bench.decide('wextend', { fault: 'co-activation' });
  expect(outputs).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }, { kind: 'take-over' }]);
  bench.hold('rest', 1);
  choose(bench, 're-arm');
  expect(bench.controller.status.choices).toEqual(['stay stopped', 'yes, re-arm']);
  choose(bench, 'stay stopped');
  expect(bench.controller.status.stopState).toBe('locked');
  choose(bench, 're-arm');
  choose(bench, 'yes, re-arm');
  expect(bench.controller.status).toMatchObject({ stopState: 'armed', stopReason: '', choices: [] });
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
});

test('a gesture that has just re-armed means nothing else until it is let go', () => {
  const bench = new Bench();
  bench.decide('rest', { fault: 'co-activation' });
  bench.hold('rest', 1);
  choose(bench, 're-arm');
  waitFor(bench, 'yes, re-arm');
  bench.hold('open', 5);
  expect(bench.controller.status).toMatchObject({ stopState: 'armed', mode: 'drive', choices: [] });
});

test('gestures that nobody made for a while move nothing until they are re-armed', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  bench.hold('rest', 29.9);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
  bench.hold('rest', 30.5);
  expect(bench.controller.status).toMatchObject({ stopState: 'asleep', choices: ['stay asleep', 're-arm'] });
  expect(bench.hold('wextend', 5)).toEqual([]);
  expect(bench.hold('open', 20)).toEqual([]);
  expect(bench.controller.status.stopState).toBe('asleep');
  bench.hold('rest', 1);
  choose(bench, 're-arm');
  choose(bench, 'yes, re-arm');
  expect(bench.controller.status).toMatchObject({ stopState: 'armed', mode: 'drive', choices: [] });
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
});

test('whoever sleeps while the agent works pauses it by any gesture, and does not wake by that', () => {
  const bench = new Bench();
  bench.hold('rest', 40);
  expect(bench.controller.status.stopState).toBe('asleep');
  bench.controller.observeGate({ source: 'agent', agentPaused: false, faceDistanceM: Infinity });
  expect(bench.hold('wflex', 0.5)).toContainEqual(standStill);
  bench.controller.observeGate({ source: 'none', agentPaused: false, faceDistanceM: Infinity });
  expect(bench.hold('wflex', 4)).toEqual([]);
  expect(bench.controller.status).toMatchObject({ stopState: 'asleep', choices: [] });
  bench.hold('rest', 2);
  expect(bench.controller.status.choices).toEqual(['rest first']);
  bench.hold('rest', 5);
  expect(bench.controller.status.choices).toEqual(['stay asleep', 're-arm']);
});

test('holding the choosing gesture right through the menu of a lock re-arms nothing', () => {
  const bench = new Bench();
  bench.decide('rest', { fault: 'co-activation' });
  bench.hold('open', 60);
  expect(bench.controller.status.stopState).toBe('locked');
});

test.each(Object.keys(decodingFaults).filter((fault) => fault !== '' && fault !== 'co-activation'))(
  'the fault %s stops at once, with its reason, until it is over and the forearm rests',
  (name) => {
    const bench = new Bench();
    const fault = name as DecodingFault;
    bench.hold('wextend', 1);
    expect(bench.decide('wextend', { fault })).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
    expect(bench.controller.status).toMatchObject({
      stopState: 'stopped',
      stopReason: decodingFaults[fault],
    });
    expect(bench.hold('wextend', 5).some(isMoving)).toBe(false);
    bench.hold('rest', 0.4);
    expect(bench.controller.status.stopState).toBe('armed');
    expect(bench.hold('wextend', 1).some(isMoving)).toBe(true);
  },
);

test('a pressed Stop is resumed from the menu, by a choice and its confirmation', () => {
  const bench = new Bench();
  bench.controller.observeStop(true);
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(false);
  bench.hold('rest', 1);
  expect(choose(bench, 'resume after Stop')).toEqual([]);
  expect(choose(bench, 'yes, resume')).toEqual([{ kind: 'resume' }]);
});

test('a lost link to the sleeve stops at once, with the words of the source', () => {
  const bench = new Bench();
  bench.hold('wextend', 1);
  const lost = { state: 'reconnecting', reason: 'unplugged' } as const;
  expect(bench.controller.observeLink(lost, bench.nowNs)).toEqual([
    { kind: 'base', linearMps: 0, angularRadps: 0 },
  ]);
  bench.decide('rest', { fault: 'no-frames' });
  expect(bench.controller.status.stopReason).toBe('the sleeve is reconnecting: unplugged');
  bench.controller.observeLink({ state: 'connected', reason: '' }, bench.nowNs);
  bench.hold('rest', 0.5);
  expect(bench.controller.status.stopState).toBe('armed');
});

test('an agent that begins to move while gestures are stopped is paused', () => {
  const bench = new Bench();
  bench.hold('rest', 1);
  bench.decide('rest', { fault: 'dead-channels' });
  expect(bench.controller.tick(bench.nowNs)).toEqual([]);
  bench.controller.observeGate({ source: 'agent', agentPaused: false, faceDistanceM: Infinity });
  expect(bench.controller.tick(bench.nowNs)).toEqual([{ kind: 'base', linearMps: 0, angularRadps: 0 }]);
});

test('a decoder that does not know a gesture of the mapping moves nothing and says which', () => {
  const bench = new Bench();
  bench.controller.observeClasses(gestureNames.filter((name) => name !== 'grip'));
  expect(bench.hold('wextend', 1).some(isMoving)).toBe(false);
  expect(bench.controller.status.stopReason).toBe('the decoder does not know grip, which the mapping uses');
});

test('the menu answers the question that the agent asks, and closes', () => {
  const bench = new Bench();
  bench.controller.observeQuestion({ id: 'q1', choices: ['the red mug', 'the blue mug'] });
  bench.hold('pronate', 0.6);
  bench.hold('rest', 0.3);
  const outputs = choose(bench, 'the blue mug');
  expect(outputs).toEqual([{ kind: 'answer', questionId: 'q1', answer: 'the blue mug' }]);
  expect(bench.controller.status.choices).toEqual([]);
});

test('what the agent suggests meanwhile is offered without opening the menu again', () => {
  const bench = new Bench();
  bench.controller.observeSuggestions(['bring me the red mug']);
  bench.hold('pronate', 0.6);
  bench.hold('rest', 1);
  bench.controller.observeSuggestions(['open the fridge']);
  choose(bench, 'ask the agent');
  expect(bench.controller.status.choices).toEqual(['open the fridge', 'go back']);
});

test('the gesture that chose for the agent does not pause it by being held on, another one does', () => {
  for (const [next, pauses] of [
    ['open', false],
    ['wflex', true],
  ] as const) {
    const bench = new Bench();
    bench.controller.observeSuggestions(['open the fridge']);
    bench.hold('pronate', 0.6);
    bench.hold('rest', 1);
    choose(bench, 'ask the agent');
    waitFor(bench, 'open the fridge');
    expect(bench.hold('open', 0.35)).toContainEqual({ kind: 'instruct', instruction: 'open the fridge' });
    bench.controller.observeGate({ source: 'agent', agentPaused: false, faceDistanceM: Infinity });
    expect(bench.hold(next, 0.5).length > 0).toBe(pauses);
  }
});

test('the gesture that chose for the agent pauses it when it is held on and on, or made again', () => {
  for (const restS of [0, 0.3]) {
    const bench = new Bench();
    bench.controller.observeSuggestions(['open the fridge']);
    bench.hold('pronate', 0.6);
    bench.hold('rest', 1);
    choose(bench, 'ask the agent');
    waitFor(bench, 'open the fridge');
    bench.hold('open', 0.35);
    bench.controller.observeGate({ source: 'agent', agentPaused: false, faceDistanceM: Infinity });
    bench.hold('rest', restS);
    expect(bench.hold('open', restS === 0 ? 2 : 0.2)).toContainEqual(standStill);
  }
});

test('the menu has the agent do what it suggests', () => {
  const bench = new Bench();
  bench.controller.observeSuggestions(['bring me the red mug']);
  bench.hold('pronate', 0.6);
  bench.hold('rest', 0.3);
  choose(bench, 'ask the agent');
  expect(choose(bench, 'bring me the red mug')).toEqual([
    { kind: 'instruct', instruction: 'bring me the red mug' },
  ]);
});

test('no sequence of decisions moves the robot without a gesture that is decided now', () => {
  const decision = fc.record({
    gesture: fc.constantFrom(...gestureNames),
    rejected: fc.boolean(),
    effort: fc.double({ min: 0, max: 1, noNaN: true }),
    ageNs: fc.constantFrom(0n, staleDecisionNs + 1n),
    source: fc.constantFrom('none' as const, 'agent' as const, 'human' as const),
    agentPaused: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(decision, { maxLength: 80 }), (decisions) => {
      const bench = new Bench();
      for (const { gesture, source, agentPaused, ...options } of decisions) {
        bench.controller.observeGate({ source, agentPaused, faceDistanceM: Infinity });
        const outputs = bench.decide(gesture, options);
        const isDecided = gesture !== 'rest' && !options.rejected && options.ageNs === 0n;
        const isAgents = source === 'agent' || (source === 'none' && agentPaused);
        if (!isDecided || isAgents) expect(outputs.some(isMoving)).toBe(false);
        for (const output of outputs) {
          if (output.kind === 'base') expect(Math.abs(output.linearMps)).toBeLessThanOrEqual(0.25);
          if (output.kind === 'joint') expect(Math.abs(output.velocity)).toBeLessThanOrEqual(0.8);
        }
      }
    }),
  );
});
