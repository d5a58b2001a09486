import { boundsDistance, boxDistance } from './box-distance.ts';
import { BoxSet, writeTransform } from './obb.ts';
import { type BodyRegion, personBoxes, type ScenePerson } from './people.ts';
import { transientForceN } from './push-force.ts';
import type { RobotPlant } from './robot-plant.ts';

/** Speed of approach counts from this distance on, m. */
const nearM = 0.5;

/** How near, how fast and how hard a robot came to one part of a person's body, over an episode. */
export interface PersonContact {
  /** E.g. `resident/left-thigh`. */
  readonly part: string;
  /** Least distance of any solid of a robot, what it carries included, m. */
  readonly leastDistanceM: number;
  /** Greatest speed at which that distance shrank within 0.5 m, m/s. */
  readonly approachMps: number;
  /** Greatest force of a contact, N; 0 when nothing touched the part. See `push-force.ts` for how it is estimated. */
  readonly forceN: number;
}

interface Part {
  readonly part: string;
  readonly region: BodyRegion;
  leastDistanceM: number;
  approachMps: number;
  forceN: number;
}

/** Measures robots against the bodies of people: the judge's side alone. */
export class PersonLog {
  readonly #parts: readonly Part[];
  readonly #partOfBox: readonly number[];
  readonly #boxes: BoxSet;
  /** Distance to each part in the step before, by robot. */
  readonly #before = new Map<RobotPlant, Float64Array>();
  /** How many solids each robot carried in the step before. */
  readonly #carried = new Map<RobotPlant, number>();
  readonly #now: Float64Array;

  constructor(people: readonly ScenePerson[]) {
    const boxes = personBoxes(people).filter(({ region }) => region !== undefined);
    const ids = [...new Set(boxes.map(({ partId }) => partId))];
    this.#parts = ids.map((part) => ({
      part,
      region: boxes.find(({ partId }) => partId === part)?.region as BodyRegion,
      leastDistanceM: Number.POSITIVE_INFINITY,
      approachMps: 0,
      forceN: 0,
    }));
    this.#partOfBox = boxes.map(({ partId }) => ids.indexOf(partId));
    this.#boxes = new BoxSet(boxes.length);
    const pose = new Float64Array(12);
    boxes.forEach(({ mapFromBox, sizeM }, i) => {
      this.#boxes.setHalfSize(i, sizeM[0] / 2, sizeM[1] / 2, sizeM[2] / 2);
      writeTransform(mapFromBox, pose, 0);
      this.#boxes.place(i, pose, 0);
    });
    this.#now = new Float64Array(ids.length);
  }

  /** Takes in where a robot is after a step. Does not allocate after its first call for a robot. */
  measure(plant: RobotPlant, dtS: number): void {
    if (this.#parts.length === 0) return;
    const now = this.#now.fill(Number.POSITIVE_INFINITY);
    this.#distances(plant, now);
    let before = this.#before.get(plant);
    if (before === undefined) {
      before = Float64Array.from(now);
      this.#before.set(plant, before);
    }
    // What was taken or let go changed what counts as robot, not where it is: that is no approach.
    const isSame = this.#carried.get(plant) === plant.solids.carriedCount;
    this.#carried.set(plant, plant.solids.carriedCount);
    for (let p = 0; p < this.#parts.length; p++) {
      const part = this.#parts[p] as Part;
      const distance = now[p] as number;
      const previous = before[p] as number;
      part.leastDistanceM = Math.min(part.leastDistanceM, distance);
      if (isSame && distance < nearM && Number.isFinite(previous))
        part.approachMps = Math.max(part.approachMps, (previous - distance) / dtS);
      before[p] = distance;
    }
    for (const push of plant.pushes) this.#noteForce(push);
  }

  /** Lists what was measured, one entry for each part, rounded to 1 mm, 1 mm/s and 0.1 N. */
  report(): PersonContact[] {
    const round = (value: number, steps: number) => Math.round(value * steps) / steps;
    return this.#parts.map(({ part, leastDistanceM, approachMps, forceN }) => ({
      part,
      leastDistanceM: Number.isFinite(leastDistanceM) ? round(leastDistanceM, 1000) : 1000,
      approachMps: round(approachMps, 1000),
      forceN: round(forceN, 10),
    }));
  }

  clear(): void {
    this.#before.clear();
    this.#carried.clear();
    for (const part of this.#parts) {
      part.leastDistanceM = Number.POSITIVE_INFINITY;
      part.approachMps = 0;
      part.forceN = 0;
    }
  }

  #distances(plant: RobotPlant, out: Float64Array): void {
    const { boxes } = plant.placement;
    const total = plant.solids.count + plant.solids.carriedCount;
    for (let b = 0; b < this.#partOfBox.length; b++) {
      const p = this.#partOfBox[b] as number;
      const wanted = Math.max(nearM, (this.#parts[p] as Part).leastDistanceM);
      for (let s = 0; s < total; s++) {
        if (boundsDistance(boxes, s, this.#boxes, b) >= Math.min(wanted, out[p] as number)) continue;
        out[p] = Math.min(out[p] as number, boxDistance(boxes, s, this.#boxes, b));
      }
    }
  }

  #noteForce({ with: id, pressN, speedMps, massKg }: RobotPlant['pushes'][number]): void {
    const part = this.#parts.find((each) => each.part === id);
    if (part === undefined) return;
    part.forceN = Math.max(part.forceN, pressN, transientForceN(part.region, massKg, speedMps));
  }
}
