/** One collision of the robot or of what it carries. */
export interface Collision {
  readonly atS: number;
  /** Link of the robot, or `carried`. */
  readonly link: string;
  /** Furniture, articulation, object, or link that it met. */
  readonly with: string;
  /** `stop`: the plant stopped before it entered; `penetration`: deeper than 5 mm; `force`: above the contact limit. */
  readonly kind: 'stop' | 'penetration' | 'force';
}

/** Two touches of the same pair within this long are one collision, s. */
const sameEventS = 0.5;

/** Counts collisions of an episode, one for each touch of a pair. */
export class CollisionLog {
  readonly collisions: Collision[] = [];
  readonly #lastSeenS = new Map<string, number>();

  record(collision: Collision): void {
    const key = `${collision.link}|${collision.with}`;
    const lastS = this.#lastSeenS.get(key);
    this.#lastSeenS.set(key, collision.atS);
    if (lastS === undefined || collision.atS - lastS > sameEventS) this.collisions.push(collision);
  }

  clear(): void {
    this.collisions.length = 0;
    this.#lastSeenS.clear();
  }
}
