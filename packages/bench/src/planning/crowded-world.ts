import { Belief, type Sighting, type SkillCall, type SkillOutcome, WorldMap } from '@efferent/agent';
import { Transform, type Vector3 } from '@efferent/core';
import { loadPriorMap } from '@efferent/robot';
import { type SkillContract, skillContracts } from '@efferent/skills';

/** What fills the surfaces; `apple` and `bowl` are there once. */
const fillers = [
  'mug',
  'plate',
  'can',
  'bottle',
  'lemon',
  'orange',
  'box',
  'sponge',
  'spoon',
  'cup',
  'block',
];
const surfaces = ['table-top', 'counter-top'] as const;
/** Middles of two things on a surface are this far apart, m. */
const pitchM = 0.085;
const sizeM: Vector3 = [0.05, 0.05, 0.05];
const robotName = '/stretch';

interface PlacedThing {
  readonly className: string;
  /** Middle, in `map`, m. */
  atM: Vector3;
}

/**
 * A world of many things and skills in which every skill works at once, or fails when it is told to.
 *
 * What a step of the agent costs is measured in it; nothing is simulated.
 */
export class CrowdedWorld {
  readonly belief: Belief;
  readonly skills: readonly SkillContract[];
  /** The first two are the apple and the bowl. */
  readonly #things: PlacedThing[] = [];
  #held: PlacedThing | undefined;
  #picks = 0;

  /** @param skillCount - contracts of the library, and copies of them under other names */
  constructor(workspaceFolders: readonly string[], objectCount: number, skillCount: number) {
    const map = new WorldMap(loadPriorMap(workspaceFolders, 'kitchen'));
    this.belief = new Belief(map, [{ name: robotName }]);
    const library = Object.values(skillContracts);
    this.skills = Array.from({ length: skillCount }, (_, index) => {
      const contract = library[index % library.length]!;
      const round = Math.floor(index / library.length);
      return round === 0 ? contract : { ...contract, name: `${contract.name}-${round + 1}` };
    });
    const spots = surfaces.flatMap((id) => gridOn(map, id));
    for (let index = 0; index < Math.min(objectCount, spots.length); index++) {
      const className = index === 0 ? 'apple' : index === 1 ? 'bowl' : fillers[index % fillers.length]!;
      this.#things.push({ className, atM: spots[(index * 89) % spots.length]! });
    }
  }

  get objectCount(): number {
    return this.#things.length;
  }

  /** Lets the robot see everything but what it holds. */
  look(nowS: number): void {
    const held = this.#held;
    const toolM: Vector3 = [0, 0, 1];
    this.belief.observeJoints(robotName, held === undefined ? 0.1 : 0.07, held === undefined ? 0 : -6, nowS);
    this.belief.observeRobot(robotName, Transform.identity, new Transform(toolM, [0, 0, 0, 1]));
    const sightings = this.#things
      .filter((thing) => thing !== held)
      .map(
        ({ className, atM }): Sighting => ({
          className,
          score: 0.95,
          positionM: atM,
          orientation: [0, 0, 0, 1],
          sizeM,
          rangeM: 1,
        }),
      );
    const report = { sightings, articulations: new Map(), covered: surfaces, detectionChance: () => 1 };
    this.belief.observeScene(report, nowS);
  }

  /** Every third pick slips, so that failures are explained and repaired as well. */
  execute({ skill, arguments: given }: SkillCall): SkillOutcome {
    const done = { success: true, failureCode: '', message: 'done', elapsedS: 5 };
    const track = this.belief.tracker.find(given.object ?? '');
    if (skill.startsWith('pick')) {
      if (++this.#picks % 3 === 0)
        return { ...done, success: false, failureCode: 'grasp-failed', message: 'it slipped' };
      this.#held = this.#things.find((thing) => track !== undefined && isAt(thing.atM, track.positionM));
    }
    const held = this.#held;
    if (!skill.startsWith('place') || held === undefined) return done;
    held.atM = this.#spotFor(given.container ?? given.surface ?? '');
    this.#held = undefined;
    return done;
  }

  #spotFor(id: string): Vector3 {
    const vessel = this.belief.tracker.find(id)?.positionM;
    if (vessel !== undefined) return [vessel[0], vessel[1], vessel[2] + 0.01];
    const fixture = this.belief.map.fixture(id)!;
    const [x, y] = fixture.mapFromCenter.translation;
    return [x, y + fixture.sizeM[1] / 2 - 0.03, fixture.floorHeightM + sizeM[2] / 2];
  }
}

const isAt = (a: Vector3, b: Vector3): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.04;

function gridOn(map: WorldMap, id: string): readonly Vector3[] {
  const fixture = map.fixture(id)!;
  const [width, depth] = fixture.sizeM;
  const columns = Math.floor((width - 0.1) / pitchM);
  const rows = Math.floor((depth - 0.15) / pitchM);
  const height = fixture.floorHeightM - fixture.mapFromCenter.translation[2] + sizeM[2] / 2;
  return Array.from({ length: columns * rows }, (_, index) =>
    fixture.mapFromCenter.apply([
      ((index % columns) + 0.5 - columns / 2) * pitchM,
      (Math.floor(index / columns) + 0.5 - rows / 2) * pitchM - 0.03,
      height,
    ]),
  );
}
