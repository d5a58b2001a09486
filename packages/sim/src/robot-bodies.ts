import type { Body } from 'cannon-es';
import type { RobotContacts, RobotSolidBody } from './physics-world.ts';
import type { RobotSolids, SolidPlacement } from './robot-solids.ts';

/** The robot's solids as the contacts see them; bodies are brought up to date only when a contact step needs them. */
export class RobotBodies implements RobotContacts {
  readonly bounds = new Float64Array(6);
  readonly solids: readonly RobotSolidBody[];
  isMoving = false;
  readonly #robot: RobotSolids;
  readonly #bodyBounds = new Float64Array(6);
  #from: SolidPlacement | undefined;
  #to: SolidPlacement | undefined;
  #dtS = 1;

  constructor(robot: RobotSolids) {
    this.#robot = robot;
    this.solids = robot.bodies;
  }

  /** Tells where the solids were and are; `isMoving` from now on tells whether these differ. */
  moved(from: SolidPlacement, to: SolidPlacement, dtS: number): void {
    this.#from = from;
    this.#to = to;
    this.#dtS = dtS;
    this.isMoving = from !== to;
    to.boxes.unionBounds(0, this.#robot.count + this.#robot.carriedCount, this.bounds);
  }

  isNear(body: Body, marginM: number): boolean {
    const to = this.#to;
    if (to === undefined) return false;
    const { lowerBound, upperBound } = body.aabb;
    const bounds = this.#bodyBounds;
    bounds[0] = lowerBound.x;
    bounds[1] = lowerBound.y;
    bounds[2] = lowerBound.z;
    bounds[3] = upperBound.x;
    bounds[4] = upperBound.y;
    bounds[5] = upperBound.z;
    const count = this.#robot.count + this.#robot.carriedCount;
    for (let i = 0; i < count; i++) if (to.boxes.boundsTouch(i, bounds, marginM)) return true;
    return false;
  }

  refreshBodies(): void {
    const from = this.#from;
    const to = this.#to;
    if (from === undefined || to === undefined) return;
    const a = from.boxes.data;
    const b = to.boxes.data;
    for (let i = 0; i < this.solids.length; i++) {
      const { body } = this.solids[i] as RobotSolidBody;
      const o = i * 21;
      body.velocity.set(
        ((b[o] as number) - (a[o] as number)) / this.#dtS,
        ((b[o + 1] as number) - (a[o + 1] as number)) / this.#dtS,
        ((b[o + 2] as number) - (a[o + 2] as number)) / this.#dtS,
      );
      body.position.set(b[o] as number, b[o + 1] as number, b[o + 2] as number);
      setRotation(b, o + 3, body);
      body.aabb.lowerBound.set(b[o + 15] as number, b[o + 16] as number, b[o + 17] as number);
      body.aabb.upperBound.set(b[o + 18] as number, b[o + 19] as number, b[o + 20] as number);
      body.aabbNeedsUpdate = false;
    }
  }
}

/** Sets a body's quaternion from a row-major rotation matrix. */
function setRotation(m: Float64Array, at: number, body: Body): void {
  const m00 = m[at] as number;
  const m11 = m[at + 4] as number;
  const m22 = m[at + 8] as number;
  const x = Math.sqrt(Math.max(0, 1 + m00 - m11 - m22)) / 2;
  const y = Math.sqrt(Math.max(0, 1 - m00 + m11 - m22)) / 2;
  const z = Math.sqrt(Math.max(0, 1 - m00 - m11 + m22)) / 2;
  const w = Math.sqrt(Math.max(0, 1 + m00 + m11 + m22)) / 2;
  const sign = (positive: number, value: number) => (positive < 0 ? -value : value);
  // The signs come from the antisymmetric part; at half turns (w = 0) from the symmetric one.
  if (w > 1e-3) {
    body.quaternion.set(
      sign((m[at + 7] as number) - (m[at + 5] as number), x),
      sign((m[at + 2] as number) - (m[at + 6] as number), y),
      sign((m[at + 3] as number) - (m[at + 1] as number), z),
      w,
    );
  } else if (x >= y && x >= z)
    body.quaternion.set(x, sign(m[at + 1] as number, y), sign(m[at + 2] as number, z), w);
  else if (y >= z) body.quaternion.set(sign(m[at + 1] as number, x), y, sign(m[at + 5] as number, z), w);
  else body.quaternion.set(sign(m[at + 2] as number, x), sign(m[at + 5] as number, y), z, w);
}
