import { Transform } from '@efferent/core';
import { CommandGate } from './command-gate.ts';
import type { GateGuard } from './gate-guard.ts';
import { PersonGuard } from './person-guard.ts';
import { PersonTracks } from './person-tracks.ts';
import type { RobotModel } from './robot-model.ts';

const ticks = 200;
const periodS = 0.01;
const turnRadS = 0.1;
const jogMps = 0.01;

/**
 * Runs a gate of its own through a driving and moving robot and throws its output away.
 *
 * V8 interprets code that it has not seen run: the first checked motion took ten times as long as the hundredth, and the
 * command stream paused for it. After this the real gate starts with compiled code.
 */
export function rehearseGate(model: RobotModel, guard: GateGuard): void {
  const gate = new CommandGate(model, guard, somebodyNear(model));
  const home = Float64Array.from(model.actuators, ({ lower, upper }) => (lower + upper) / 2);
  const names = model.actuators.map(({ name }) => name);
  const velocities = new Float64Array(names.length).fill(jogMps);
  for (let i = 0; i < ticks; i++) {
    const nowS = i * periodS;
    gate.updateMeasurement(home, nowS);
    gate.acceptTwist('agent', nowS, 0, turnRadS, nowS);
    if (i % 2 === 0) gate.acceptJog('agent', nowS, names, velocities, nowS);
    else
      gate.acceptTrajectory(
        'agent',
        nowS,
        names,
        [{ positions: home, velocities, time_from_start: { sec: 0, nanosec: 1e8 } }],
        nowS,
      );
    gate.tick(nowS, nowS);
  }
}

/** A guard that has a person to think of, farther away than the rehearsal comes. */
function somebodyNear(model: RobotModel): PersonGuard {
  const tracks = new PersonTracks();
  const mapFromBox = new Transform([0, -1.5, 1], [0, 0, 0, 1]);
  tracks.observe([{ region: 'trunk', mapFromBox, sizeM: [0.3, 0.3, 0.6] }], 0);
  const people = new PersonGuard(model, tracks);
  people.setBasePose(0, 0, 0);
  return people;
}
