/** One joint or axis as a gauge shows it. */
export interface GaugeSpec {
  /** Name in `joint_states`. */
  readonly name: string;
  readonly title: string;
  readonly lower: number;
  readonly upper: number;
  readonly unit: 'm' | '°';
}

interface Limits {
  readonly lower: number;
  readonly upper: number;
}

/** Joints that only follow another one, or that nobody commands, are left out. */
const follower = /(_l[0-9]$|finger(tip)?_(left|right)$|wheel|caster)/;

/**
 * Chooses which joints to show and between which limits.
 * @param names - joints of `joint_states`
 * @param limits - the URDF's limits, rad or m
 */
export function gaugeSpecs(names: readonly string[], limits: ReadonlyMap<string, Limits>): GaugeSpec[] {
  const telescope = names.filter((name) => /_arm_l[0-9]$/.test(name));
  return names
    .filter((name) => !follower.test(name))
    .map((name): GaugeSpec => {
      const limit = limits.get(name) ?? derivedLimits(name, telescope, limits);
      const isLinear = /lift|extension|aperture/.test(name) || (limit.upper <= 1.5 && limit.lower >= 0);
      return {
        name,
        title: titleOf(name),
        lower: limit.lower,
        upper: limit.upper,
        unit: isLinear ? 'm' : '°',
      };
    });
}

/** Finds the gripper in `joint_states`: what is commanded rather than a joint of the URDF, where there is such a name. */
export function gripperIndex(names: readonly string[], limits: ReadonlyMap<string, Limits>): number {
  const grippers = names.filter((name) => /gripper|hand|finger|jaw/i.test(name));
  const name = grippers.find((each) => !limits.has(each)) ?? grippers[0];
  return name === undefined ? -1 : names.indexOf(name);
}

/** Formats a position, m or rad, for people. */
export function formatPosition(value: number, unit: GaugeSpec['unit']): string {
  return unit === 'm' ? `${(value * 1000).toFixed(0)} mm` : `${((value * 180) / Math.PI).toFixed(0)}°`;
}

function derivedLimits(
  name: string,
  telescope: readonly string[],
  limits: ReadonlyMap<string, Limits>,
): Limits {
  if (!name.includes('extension')) return { lower: 0, upper: 0.16 };
  const upper = telescope.reduce((sum, joint) => sum + (limits.get(joint)?.upper ?? 0), 0);
  return { lower: 0, upper: upper || 0.52 };
}

function titleOf(name: string): string {
  return name.replace(/^joint_/, '').replaceAll('_', ' ');
}
