import { checkRobot } from '@efferent/runtime/simulation';
import { Terminal } from './terminal.ts';

/** `efferent robot check`: what is wrong with a robot's files, what is unusual, and its joints. */
export async function runRobotCheck(robot: string): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const { folder, model, problems, notes } = await checkRobot(robot);
  const shorten = (finding: string) => finding.replaceAll(`${folder}/`, '');
  terminal.row('robot', folder);
  for (const problem of problems) terminal.row('problem', shorten(problem), { tone: 'bad' });
  for (const note of notes) terminal.row('note', shorten(note), { tone: 'waiting' });
  if (model !== undefined) {
    terminal.row(
      'links',
      `${model.links.length}, ${model.links.filter((link) => link.collision.length > 0).length} with collision shapes`,
    );
    const groups = Object.entries(model.manifest.groups);
    for (const { name, unit, lower, upper, maxVelocity, jointIndices } of model.actuators) {
      const group = groups.find(([, names]) => names.includes(name))?.[0] ?? 'no group';
      const joints = jointIndices.map((index) => model.jointNames[index]).join(' + ');
      terminal.row(
        name,
        `${lower.toFixed(3)} .. ${upper.toFixed(3)} ${unit} · ${maxVelocity} ${unit}/s · ${joints}`,
        {
          right: group,
        },
      );
    }
    const { base } = model.manifest;
    terminal.row(
      'base',
      base.kind === 'fixed'
        ? `fixed · the hand works within ${base.reach_m} m`
        : `differential · ${base.max_linear_speed_mps} m/s, ${base.max_angular_speed_rad_s} rad/s · wheels ${(2 * base.wheel_radius_m).toFixed(3)} m across, ${base.wheel_separation_m} m apart`,
    );
  }
  if (problems.length === 0)
    terminal.row('ok', `${notes.length} note${notes.length === 1 ? '' : 's'}`, { tone: 'good' });
  else {
    terminal.row('not usable', `${problems.length} problem${problems.length === 1 ? '' : 's'}`, {
      tone: 'bad',
    });
    process.exitCode = 2;
  }
}
