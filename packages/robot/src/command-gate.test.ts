import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CommandGate } from './command-gate.ts';
import { GateGuard } from './gate-guard.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { parsePriorMap } from './prior-map.ts';

const model = loadRobotModel([fileURLToPath(new URL('../../..', import.meta.url))], 'stretch');
const lift = model.actuatorIndex('joint_lift');
const aperture = model.actuatorIndex('gripper_aperture');
const { base } = model.mobile;
const periodS = 0.01;
const startS = 1000;

/** A gate on a robot that follows its set-points perfectly. */
class Bench {
  readonly gate: CommandGate;
  readonly measured: Float64Array;
  nowS = startS;
  constructor(gate = new CommandGate(model), pose = 'home') {
    this.gate = gate;
    this.measured = model.namedPose(pose);
    this.gate.updateMeasurement(this.measured, this.nowS, this.nowS);
    this.tick();
  }
  tick() {
    this.nowS += periodS;
    this.gate.updateMeasurement(this.measured, this.nowS, this.nowS);
    const output = this.gate.tick(this.nowS, this.nowS);
    if (output.sendJoints) this.measured.set(output.positions);
    return output;
  }
  /** Runs `seconds` with `each` before every tick. */
  /** What the guard said since the start. */
  readonly guardReasons = new Set<string>();
  run(seconds: number, each: () => void = () => undefined) {
    let sent = 0;
    for (let i = 0; i < Math.round(seconds / periodS); i++) {
      each();
      const output = this.tick();
      if (output.sendJoints || output.sendTwist) sent++;
      if (this.gate.guardReason !== undefined) this.guardReasons.add(this.gate.guardReason);
    }
    return sent;
  }
  twist(source: 'agent' | 'human', linear = 0.2, angular = 0) {
    return this.gate.acceptTwist(source, this.nowS, linear, angular, this.nowS);
  }
  move(source: 'agent' | 'human', name: string, position: number, aheadS = 0.1) {
    return this.gate.acceptTrajectory(source, this.nowS, [name], [point([position], aheadS)], this.nowS);
  }
}
const point = (positions: number[], timeS: number) => ({
  positions,
  velocities: [],
  time_from_start: { sec: Math.floor(timeS), nanosec: Math.round((timeS % 1) * 1e9) },
});

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

describe('limits', () => {
  const anyNumber = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e9, 0, 1e9),
    fc.double({ min: -2, max: 2 }),
  );
  const anyName = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...model.actuators.map(({ name }) => name)) },
    { weight: 1, arbitrary: fc.constantFrom('joint_arm_l0', '', 'elbow', '__proto__') },
  );
  const source = fc.constantFrom('agent' as const, 'human' as const);
  const stampOffset = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -0.15, max: 0.04, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -1e6, -0.3, 0.2) },
  );
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
    { weight: 1, arbitrary: anyNumber },
  );
  const joints = fc.uniqueArray(
    fc.record({ name: anyName, values: fc.array(value, { minLength: 3, maxLength: 3 }) }),
    { maxLength: 4, selector: ({ name }) => name },
  );
  const event = fc.oneof(
    fc.record({ kind: fc.constant('twist' as const), source, stampOffset, a: value, b: value }),
    fc.record({ kind: fc.constant('jog' as const), source, stampOffset, joints }),
    fc.record({
      kind: fc.constant('trajectory' as const),
      source,
      stampOffset,
      joints,
      stepS: fc.double({ min: 0, max: 0.08, noNaN: true }),
      count: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ kind: fc.constant('takeOver' as const), taken: fc.boolean() }),
    fc.record({ kind: fc.constant('stop' as const), stopped: fc.boolean() }),
    fc.record({ kind: fc.constant('wait' as const), ticks: fc.integer({ min: 1, max: 30 }) }),
  );

  test('of position, velocity and acceleration hold whatever is sent', () => {
    let moved = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const run = new Bench();
        const previous = {
          positions: run.gate.output.positions.slice(),
          velocities: new Float64Array(model.actuators.length),
          linear: 0,
          angular: 0,
        };
        const check = () => {
          const output = run.tick();
          model.actuators.forEach((actuator, i) => {
            const position = output.positions[i]!;
            const velocity = (position - previous.positions[i]!) / periodS;
            if (velocity !== 0) moved++;
            expect(position).toBeGreaterThanOrEqual(actuator.lower);
            expect(position).toBeLessThanOrEqual(actuator.upper);
            expect(Math.abs(velocity)).toBeLessThanOrEqual(actuator.maxVelocity * 1.0001);
            const change = Math.abs(velocity) - Math.abs(previous.velocities[i]!);
            const speedingUp = change > 0 || velocity * previous.velocities[i]! < 0;
            if (speedingUp)
              expect(change).toBeLessThanOrEqual(actuator.maxAcceleration * periodS * 1.0001 + 1e-9);
            previous.positions[i] = position;
            previous.velocities[i] = velocity;
          });
          expect(Math.abs(output.linearMps)).toBeLessThanOrEqual(base.max_linear_speed_mps);
          expect(Math.abs(output.angularRadS)).toBeLessThanOrEqual(base.max_angular_speed_rad_s);
          expect(Math.abs(output.linearMps - previous.linear)).toBeLessThanOrEqual(
            base.max_linear_deceleration_mps2 * periodS + 1e-9,
          );
          expect(Math.abs(output.linearMps) - Math.abs(previous.linear)).toBeLessThanOrEqual(
            base.max_linear_acceleration_mps2 * periodS + 1e-9,
          );
          expect(Math.abs(output.angularRadS) - Math.abs(previous.angular)).toBeLessThanOrEqual(
            base.max_angular_acceleration_rad_s2 * periodS + 1e-9,
          );
          previous.linear = output.linearMps;
          previous.angular = output.angularRadS;
        };
        for (const e of events) {
          const { gate, nowS } = run;
          if (e.kind === 'twist') gate.acceptTwist(e.source, nowS + e.stampOffset, e.a, e.b, nowS);
          if (e.kind === 'jog')
            gate.acceptJog(
              e.source,
              nowS + e.stampOffset,
              e.joints.map((j) => j.name),
              e.joints.map((j) => j.values[0]!),
              nowS,
            );
          if (e.kind === 'trajectory') {
            const points = [0, 1, 2].slice(0, e.count).map((k) =>
              point(
                e.joints.map((j) => j.values[k]!),
                (k + 1) * e.stepS,
              ),
            );
            gate.acceptTrajectory(
              e.source,
              nowS + e.stampOffset,
              e.joints.map((j) => j.name),
              points,
              nowS,
            );
          }
          if (e.kind === 'takeOver') gate.setTakeOver(e.taken);
          if (e.kind === 'stop') gate.setStop('test', e.stopped ? 'test' : undefined);
          for (let i = 0; i < (e.kind === 'wait' ? e.ticks : 2); i++) check();
        }
      }),
      { numRuns: 300 },
    );
    expect(moved).toBeGreaterThan(500);
  });

  test('slow a far target down to the velocity limit and reach it without overshoot', () => {
    const target = 0.9;
    let highest = 0;
    bench.run(4, () => {
      bench.move('agent', 'joint_lift', target);
      highest = Math.max(highest, bench.measured[lift]!);
    });
    expect(bench.measured[lift]).toBeCloseTo(target, 4);
    expect(highest).toBeLessThanOrEqual(target + 1e-6);
    expect(bench.gate.limitNames()).not.toContain('joint_lift:velocity');
  });

  test('follow a feasible moving target closely', () => {
    let worst = 0;
    const begin = bench.nowS;
    const wave = (timeS: number) => 0.6 + 0.1 * (1 - Math.cos(timeS - begin));
    bench.run(6, () => {
      const points = [0.02, 0.06, 0.1].map((ahead) => point([wave(bench.nowS + ahead)], ahead));
      bench.gate.acceptTrajectory('agent', bench.nowS, ['joint_lift'], points, bench.nowS);
      worst = Math.max(worst, Math.abs(bench.measured[lift]! - wave(bench.nowS)));
    });
    expect(worst).toBeLessThan(0.003);
  });

  test('name the limit that changed a command', () => {
    bench.run(0.05, () => bench.twist('agent', 9));
    expect(bench.gate.limitNames()).toContain('base_linear:velocity');
    bench.run(0.05, () => bench.move('agent', 'joint_lift', 7));
    expect(bench.gate.limitNames()).toContain('joint_lift:position');
  });

  test('do not store up motion while a joint is blocked', () => {
    const blocked = new CommandGate(model);
    const measured = model.namedPose('home');
    let nowS = startS;
    for (let i = 0; i < 500; i++) {
      nowS += periodS;
      blocked.updateMeasurement(measured, nowS, nowS);
      blocked.acceptTrajectory('agent', nowS, ['joint_lift'], [point([1.0], 0.1)], nowS);
      blocked.tick(nowS, nowS);
    }
    expect(blocked.output.positions[lift]! - measured[lift]!).toBeLessThanOrEqual(0.065);
    expect(blocked.limitNames()).toContain('joint_lift:lead');
  });
});

describe('malformed commands are refused and counted', () => {
  test.each([
    ['old-stamp', () => bench.gate.acceptTwist('agent', bench.nowS - 0.21, 0.1, 0, bench.nowS)],
    ['old-stamp', () => bench.gate.acceptTwist('agent', 0, 0.1, 0, bench.nowS)],
    ['future-stamp', () => bench.gate.acceptTwist('agent', bench.nowS + 1, 0.1, 0, bench.nowS)],
    ['not-finite', () => bench.twist('agent', Number.NaN)],
    ['not-finite', () => bench.move('agent', 'joint_lift', Number.POSITIVE_INFINITY)],
    ['unknown-joint', () => bench.move('agent', 'joint_arm', 0.2)],
    ['empty', () => bench.gate.acceptJog('human', bench.nowS, [], [], bench.nowS)],
    [
      'duplicate-joint',
      () => bench.gate.acceptJog('human', bench.nowS, ['joint_lift', 'joint_lift'], [0, 0], bench.nowS),
    ],
    ['wrong-length', () => bench.gate.acceptJog('human', bench.nowS, ['joint_lift'], [0, 1], bench.nowS)],
    [
      'unordered-points',
      () =>
        bench.gate.acceptTrajectory(
          'agent',
          bench.nowS,
          ['joint_lift'],
          [point([0.6], 0.1), point([0.6], 0.05)],
          bench.nowS,
        ),
    ],
    ['beyond-horizon', () => bench.move('agent', 'joint_lift', 0.7, 1.5)],
  ])('as %s', (reason, send) => {
    expect(send()).toBe(false);
    expect(bench.gate.lastRejection).toBe(reason);
    expect(bench.gate.rejected).toBe(1);
    expect(bench.run(0.3)).toBe(0);
  });
});

describe('silence', () => {
  test('sends nothing while nobody commands', () => {
    expect(bench.run(1)).toBe(0);
  });

  test('brings base and joints to rest within 200 ms of life and a short brake, then sends nothing', () => {
    bench.run(2, () => {
      bench.twist('human', 0.3, 0.4);
      bench.gate.acceptJog('human', bench.nowS, ['joint_lift'], [0.15], bench.nowS);
    });
    expect(bench.gate.output.linearMps).toBeCloseTo(0.3);
    bench.run(0.2 + 0.17);
    expect(bench.gate.output.linearMps).toBe(0);
    expect(bench.gate.output.angularRadS).toBe(0);
    const rest = bench.measured[lift];
    bench.run(0.1);
    expect(bench.run(1)).toBe(0);
    expect(bench.measured[lift]).toBe(rest);
  });

  test('of the ROS clock stops the robot: commands live on it and would live on for ever', () => {
    bench.run(1, () => bench.twist('agent', 0.3));
    const { gate, nowS } = bench;
    for (let i = 1; i <= 60; i++) gate.tick(nowS, nowS + i * periodS);
    expect(gate.output.linearMps).toBe(0);
    expect(gate.output.sendTwist).toBe(false);
  });

  test('of the joint states stops the robot', () => {
    bench.run(0.5, () => bench.twist('agent'));
    const { gate } = bench;
    for (let i = 0; i < 60; i++) {
      bench.nowS += periodS;
      gate.acceptTwist('agent', bench.nowS, 0.2, 0, bench.nowS);
      gate.tick(bench.nowS, bench.nowS);
    }
    expect(gate.output.linearMps).toBe(0);
    expect(gate.stopReason).toBe('no joint states');
  });
});

describe('arbitration', () => {
  test('lets the human move an idle robot, and makes the agent wait until a second after', () => {
    bench.run(0.1, () => bench.twist('human'));
    expect(bench.gate.source).toBe('human');
    expect(bench.gate.agentPaused).toBe(false);
    expect(bench.twist('agent')).toBe(false);
    expect(bench.gate.lastRejection).toBe('outranked');
    bench.run(1.01);
    expect(bench.twist('agent')).toBe(true);
    bench.tick();
    expect(bench.gate.source).toBe('agent');
  });

  test('only pauses the agent on the first human command while the agent moves', () => {
    bench.run(1, () => bench.twist('agent', 0.3));
    bench.run(1, () => {
      bench.twist('agent', 0.3);
      bench.twist('human', -0.3);
      expect(bench.gate.output.linearMps).toBeGreaterThanOrEqual(0);
    });
    expect(bench.gate.agentPaused).toBe(true);
    expect(bench.gate.output.linearMps).toBe(0);
    bench.run(3);
    expect(bench.twist('agent')).toBe(false);
  });

  test('hands over by take-over and back by its release', () => {
    bench.run(0.5, () => bench.twist('agent', 0.3));
    bench.twist('human', -0.3);
    bench.tick();
    bench.gate.setTakeOver(true);
    bench.run(0.5, () => bench.twist('human', -0.3));
    expect(bench.gate.source).toBe('human');
    expect(bench.gate.output.linearMps).toBeLessThan(0);
    bench.run(3, () => expect(bench.twist('agent')).toBe(false));
    expect(bench.gate.output.linearMps).toBe(0);
    bench.gate.setTakeOver(false);
    bench.run(0.2, () => bench.twist('agent', 0.3));
    expect(bench.gate.source).toBe('agent');
  });

  test('puts a stop above everyone and brakes at once', () => {
    bench.gate.setTakeOver(true);
    bench.run(1, () => bench.twist('human', 0.3));
    bench.gate.setStop('runstop', 'the runstop button is pressed');
    bench.run(0.16, () => expect(bench.twist('human', 0.3)).toBe(false));
    expect(bench.gate.output.linearMps).toBe(0);
    expect(bench.gate.stopReason).toBe('the runstop button is pressed');
    bench.gate.setStop('runstop', undefined);
    bench.run(0.2, () => bench.twist('human', 0.3));
    expect(bench.gate.output.linearMps).toBeGreaterThan(0);
  });
});

describe('the gripper', () => {
  test('keeps pressing on an object while the arm moves', () => {
    const { gate } = bench;
    const holdS = 1;
    for (let i = 0; i < (holdS + 3) / periodS; i++) {
      bench.nowS += periodS;
      const name = i * periodS < holdS ? 'gripper_aperture' : 'joint_lift';
      gate.acceptTrajectory(
        'agent',
        bench.nowS,
        [name],
        [point([name === 'joint_lift' ? 0.7 : 0], 0.1)],
        bench.nowS,
      );
      gate.tick(bench.nowS, bench.nowS);
      bench.measured.set(gate.output.positions);
      bench.measured[aperture] = Math.max(0.06, gate.output.positions[aperture]!);
      gate.updateMeasurement(bench.measured, bench.nowS, bench.nowS);
    }
    expect(gate.output.positions[aperture]).toBe(0);
    expect(gate.output.positions[lift]).toBeCloseTo(0.7, 3);
  });
});

describe('the guard', () => {
  const map = parsePriorMap(
    `id: room
names: [room]
bounds: { min: [-3, -3], max: [3, 3] }
walls: [{ from: [2, -3], to: [2, 3], thickness_m: 0.1, height_m: 2, color: '#ffffff' }]
furniture:
  - id: table
    kind: table
    names: [table]
    pose: [0, -1, 0]
    boxes: [{ center: [0, 0, 0.5], size: [1, 0.8, 0.04], color: '#aaaaaa' }]
    access: []
surfaces: []
articulations: []
containers: []
places: [{ id: start, names: [start], pose: [0, 0, 0] }]
`,
    'map.yaml',
  );

  test('stops the hand before it enters its own base', () => {
    const guarded = new Bench(new CommandGate(model, new GateGuard(model, undefined)), 'stow');
    guarded.run(6, () => guarded.move('agent', 'joint_lift', 0));
    expect([...guarded.guardReasons].join()).toMatch(/base_link would touch link_/);
    expect(guarded.measured[lift]).toBeGreaterThan(0.03);
    expect(guarded.measured[lift]).toBeLessThan(0.15);
  });

  test('stops the arm before the table of the prior map, and the base before the wall', () => {
    const guard = new GateGuard(model, map);
    guard.setBasePose(0, 0, 0);
    const guarded = new Bench(new CommandGate(model, guard));
    guarded.run(3, () => guarded.move('agent', 'wrist_extension', 0.45));
    guarded.run(8, () => guarded.move('agent', 'joint_lift', 0));
    expect([...guarded.guardReasons].join()).toMatch(/would touch table/);

    expect(guarded.measured[lift]).toBeGreaterThan(0.33);

    let x = 1;
    const driving = new Bench(new CommandGate(model, guard));
    driving.run(10, () => {
      guard.setBasePose(x, 1, 0);
      driving.twist('agent', 0.3);
      x += driving.gate.output.linearMps * periodS;
    });
    expect([...driving.guardReasons].join()).toMatch(/would touch wall-0/);
    expect(x).toBeGreaterThan(1.7);
    expect(x).toBeLessThan(1.95 - 0.08);
    expect(
      driving.run(1, () => {
        driving.twist('agent', -0.3);
      }),
    ).toBeGreaterThan(0);
    expect(driving.gate.output.linearMps).toBeLessThan(0);
  });

  test('keeps the hand inside its workspace', () => {
    const guarded = new Bench(new CommandGate(model, new GateGuard(model, undefined)));
    guarded.run(8, () => {
      guarded.move('agent', 'joint_wrist_yaw', 0);
      guarded.move('agent', 'joint_lift', 1.1);
      guarded.move('agent', 'joint_wrist_pitch', 0.5);
    });
    expect(guarded.gate.guardReason ?? '').not.toMatch(/workspace/);
    const far = new Bench(new CommandGate(model, new GateGuard(model, undefined)));
    far.run(8, () => {
      far.move('agent', 'joint_wrist_yaw', -1.7);
      far.move('agent', 'wrist_extension', 0.52);
    });
    const q = model.jointPositionsFromActuators(far.measured, model.zeroJointPositions());
    const [x, y] = model.baseFromLink(q, 'link_grasp_center').translation;
    expect(x).toBeGreaterThanOrEqual(model.manifest.workspace.min_m[0]!);
    expect(y).toBeGreaterThanOrEqual(model.manifest.workspace.min_m[1]!);
  });
});
