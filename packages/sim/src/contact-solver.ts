import { Body, type ContactEquation, Solver, type World } from 'cannon-es';

/** A contact of the last step, as the solver left it. */
export interface SolvedContact {
  readonly bodyA: Body;
  readonly bodyB: Body;
  /** From A to B, unit, world frame. */
  readonly normal: readonly [number, number, number];
  /** N. */
  readonly normalForceN: number;
  /** m, positive when the bodies overlap. */
  readonly penetrationM: number;
}

/** What the solver reads from a body beside cannon's own fields. */
interface WithFriction {
  frictionCoefficient?: number;
}

/** Sets a body's Coulomb coefficient; a contact uses the geometric mean of both bodies'. */
export function setFriction(body: Body, coefficient: number): void {
  (body as Body & WithFriction).frictionCoefficient = coefficient;
}

const frictionOf = (body: Body): number => (body as Body & WithFriction).frictionCoefficient ?? 0.5;

/** Numbers a contact needs while it is solved. */
interface Row {
  a: number;
  b: number;
  nx: number;
  ny: number;
  nz: number;
  t1x: number;
  t1y: number;
  t1z: number;
  t2x: number;
  t2y: number;
  t2z: number;
  rax: number;
  ray: number;
  raz: number;
  rbx: number;
  rby: number;
  rbz: number;
  massN: number;
  mass1: number;
  mass2: number;
  mu: number;
  lambdaN: number;
  lambda1: number;
  lambda2: number;
  lambdaP: number;
  penetration: number;
}

/**
 * Sequential impulses with a true friction cone, plugged into cannon-es in place of its own solver.
 *
 * cannon's solver bounds friction by `mu * |g| * reducedMass` (it does not grow with the normal force) and clamps impulses by a
 * force (off by a factor of dt). Here the tangential impulse of a contact lies in the disk of radius `mu * normal impulse`.
 * Penetration is removed by pseudo-velocities that never enter the momentum, so that resting contacts add no energy.
 */
export class ContactSolver extends Solver {
  readonly iterations: number;
  /** Contacts deeper than this are pushed apart, m. */
  readonly slopM = 0.0004;
  readonly #rows: Row[] = [];
  #rowCount = 0;
  readonly #bodies: Body[] = [];
  /** Row-major: velocity 0..2, angular 3..5, pseudo velocity 6..8, pseudo angular 9..11, inverse mass 12, inverse inertia 13..21. */
  #state = new Float64Array(64 * 22);
  readonly #indices = new Map<Body, number>();
  #solvedEquations: readonly ContactEquation[] = [];
  #dt = 1;

  constructor(iterations = 20) {
    super();
    this.iterations = iterations;
  }

  override solve(dt: number, world: World): number {
    this.#dt = dt;
    this.#gather(dt, world);
    for (let iteration = 0; iteration < this.iterations; iteration++) {
      for (let i = 0; i < this.#rowCount; i++) this.#solveRow(this.#rows[i] as Row);
    }
    const positionIterations = Math.ceil(this.iterations / 3);
    for (let iteration = 0; iteration < positionIterations; iteration++) {
      for (let i = 0; i < this.#rowCount; i++) this.#separateRow(this.#rows[i] as Row, dt);
    }
    this.#apply(dt);
    return this.iterations;
  }

  /** Number of contacts of the last step. */
  get contactCount(): number {
    return this.#rowCount;
  }

  /** Visits the contacts of the last step that carried force or overlapped. */
  forEachContact(visit: (contact: SolvedContact) => void): void {
    for (let i = 0; i < this.#rowCount; i++) {
      const row = this.#rows[i] as Row;
      const equation = this.#solvedEquations[i] as ContactEquation;
      visit({
        bodyA: equation.bi,
        bodyB: equation.bj,
        normal: [row.nx, row.ny, row.nz],
        normalForceN: row.lambdaN / this.#dt,
        penetrationM: row.penetration,
      });
    }
  }

  /** Forgets the last step's contacts; called when a step is skipped. */
  clearContacts(): void {
    this.#rowCount = 0;
  }

  #gather(dt: number, world: World): void {
    this.#indices.clear();
    this.#bodies.length = 0;
    const equations = this.equations as ContactEquation[];
    this.#solvedEquations = [...equations];
    this.#rowCount = equations.length;
    if (this.#state.length < world.bodies.length * 22)
      this.#state = new Float64Array(world.bodies.length * 22);
    for (let i = 0; i < equations.length; i++) {
      const equation = equations[i] as ContactEquation;
      let row = this.#rows[i];
      if (row === undefined) {
        row = newRow();
        this.#rows.push(row);
      }
      this.#fill(row, equation, this.#index(equation.bi, dt), this.#index(equation.bj, dt));
    }
  }

  #index(body: Body, dt: number): number {
    const known = this.#indices.get(body);
    if (known !== undefined) return known;
    const offset = this.#bodies.length * 22;
    this.#indices.set(body, offset);
    this.#bodies.push(body);
    const s = this.#state;
    s.fill(0, offset, offset + 22);
    const free = body.type === Body.DYNAMIC && body.sleepState !== Body.SLEEPING;
    const inverseMass = free ? body.invMass : 0;
    const gain = inverseMass * dt;
    s[offset] = body.velocity.x + gain * body.force.x;
    s[offset + 1] = body.velocity.y + gain * body.force.y;
    s[offset + 2] = body.velocity.z + gain * body.force.z;
    s[offset + 3] = body.angularVelocity.x;
    s[offset + 4] = body.angularVelocity.y;
    s[offset + 5] = body.angularVelocity.z;
    if (!free) return offset;
    s[offset + 12] = inverseMass;
    for (let i = 0; i < 9; i++) s[offset + 13 + i] = body.invInertiaWorld.elements[i] as number;
    return offset;
  }

  #fill(row: Row, equation: ContactEquation, a: number, b: number): void {
    const { ni, ri, rj } = equation;
    row.a = a;
    row.b = b;
    row.nx = ni.x;
    row.ny = ni.y;
    row.nz = ni.z;
    row.rax = ri.x;
    row.ray = ri.y;
    row.raz = ri.z;
    row.rbx = rj.x;
    row.rby = rj.y;
    row.rbz = rj.z;
    tangents(row);
    row.massN = this.#effectiveMass(row, row.nx, row.ny, row.nz);
    row.mass1 = this.#effectiveMass(row, row.t1x, row.t1y, row.t1z);
    row.mass2 = this.#effectiveMass(row, row.t2x, row.t2y, row.t2z);
    row.mu = Math.sqrt(frictionOf(equation.bi) * frictionOf(equation.bj));
    row.lambdaN = 0;
    row.lambda1 = 0;
    row.lambda2 = 0;
    row.lambdaP = 0;
    const pi = equation.bi.position;
    const pj = equation.bj.position;
    row.penetration = -(
      (pj.x + rj.x - pi.x - ri.x) * ni.x +
      (pj.y + rj.y - pi.y - ri.y) * ni.y +
      (pj.z + rj.z - pi.z - ri.z) * ni.z
    );
  }

  #effectiveMass(row: Row, x: number, y: number, z: number): number {
    const s = this.#state;
    let sum = (s[row.a + 12] as number) + (s[row.b + 12] as number);
    sum += rotational(s, row.a, row.rax, row.ray, row.raz, x, y, z);
    sum += rotational(s, row.b, row.rbx, row.rby, row.rbz, x, y, z);
    return sum > 0 ? 1 / sum : 0;
  }

  #solveRow(row: Row): void {
    const s = this.#state;
    const un = relativeVelocity(s, row, 0, row.nx, row.ny, row.nz);
    const oldN = row.lambdaN;
    row.lambdaN = Math.max(0, oldN - un * row.massN);
    applyImpulse(s, row, 0, row.nx, row.ny, row.nz, row.lambdaN - oldN);
    const limit = row.mu * row.lambdaN;
    const old1 = row.lambda1;
    const old2 = row.lambda2;
    let l1 = old1 - relativeVelocity(s, row, 0, row.t1x, row.t1y, row.t1z) * row.mass1;
    let l2 = old2 - relativeVelocity(s, row, 0, row.t2x, row.t2y, row.t2z) * row.mass2;
    const length = Math.hypot(l1, l2);
    if (length > limit) {
      const scale = limit / length;
      l1 *= scale;
      l2 *= scale;
    }
    row.lambda1 = l1;
    row.lambda2 = l2;
    applyImpulse(s, row, 0, row.t1x, row.t1y, row.t1z, l1 - old1);
    applyImpulse(s, row, 0, row.t2x, row.t2y, row.t2z, l2 - old2);
  }

  #separateRow(row: Row, dt: number): void {
    const excess = row.penetration - this.slopM;
    if (excess <= 0) return;
    const wanted = Math.min((0.2 * excess) / dt, 0.6);
    const un = relativeVelocity(this.#state, row, 6, row.nx, row.ny, row.nz);
    const old = row.lambdaP;
    row.lambdaP = Math.max(0, old + (wanted - un) * row.massN);
    applyImpulse(this.#state, row, 6, row.nx, row.ny, row.nz, row.lambdaP - old);
  }

  #apply(dt: number): void {
    const s = this.#state;
    for (let i = 0; i < this.#bodies.length; i++) {
      const o = i * 22;
      if (s[o + 12] === 0) continue;
      const body = this.#bodies[i] as Body;
      const inverseMass = body.invMass;
      body.velocity.set(
        (s[o] as number) - body.force.x * inverseMass * dt,
        (s[o + 1] as number) - body.force.y * inverseMass * dt,
        (s[o + 2] as number) - body.force.z * inverseMass * dt,
      );
      body.angularVelocity.set(s[o + 3] as number, s[o + 4] as number, s[o + 5] as number);
      body.position.x += (s[o + 6] as number) * dt;
      body.position.y += (s[o + 7] as number) * dt;
      body.position.z += (s[o + 8] as number) * dt;
      const wx = (s[o + 9] as number) * dt;
      const wy = (s[o + 10] as number) * dt;
      const wz = (s[o + 11] as number) * dt;
      if (wx !== 0 || wy !== 0 || wz !== 0) {
        const q = body.quaternion;
        const { x, y, z, w } = q;
        q.set(
          x + 0.5 * (wx * w + wy * z - wz * y),
          y + 0.5 * (wy * w + wz * x - wx * z),
          z + 0.5 * (wz * w + wx * y - wy * x),
          w - 0.5 * (wx * x + wy * y + wz * z),
        );
        q.normalize();
      }
    }
  }
}

function newRow(): Row {
  return {
    a: 0,
    b: 0,
    nx: 0,
    ny: 0,
    nz: 0,
    t1x: 0,
    t1y: 0,
    t1z: 0,
    t2x: 0,
    t2y: 0,
    t2z: 0,
    rax: 0,
    ray: 0,
    raz: 0,
    rbx: 0,
    rby: 0,
    rbz: 0,
    massN: 0,
    mass1: 0,
    mass2: 0,
    mu: 0,
    lambdaN: 0,
    lambda1: 0,
    lambda2: 0,
    lambdaP: 0,
    penetration: 0,
  };
}

/** Completes the normal to an orthonormal frame. */
function tangents(row: Row): void {
  const { nx, ny, nz } = row;
  if (Math.abs(nx) < 0.57) {
    const length = Math.hypot(ny, nz);
    row.t1x = 0;
    row.t1y = nz / length;
    row.t1z = -ny / length;
  } else {
    const length = Math.hypot(nx, nz);
    row.t1x = -nz / length;
    row.t1y = 0;
    row.t1z = nx / length;
  }
  row.t2x = ny * row.t1z - nz * row.t1y;
  row.t2y = nz * row.t1x - nx * row.t1z;
  row.t2z = nx * row.t1y - ny * row.t1x;
}

/** Returns (r x d)^T I^-1 (r x d). */
function rotational(
  s: Float64Array,
  o: number,
  rx: number,
  ry: number,
  rz: number,
  x: number,
  y: number,
  z: number,
): number {
  const cx = ry * z - rz * y;
  const cy = rz * x - rx * z;
  const cz = rx * y - ry * x;
  const ix = (s[o + 13] as number) * cx + (s[o + 14] as number) * cy + (s[o + 15] as number) * cz;
  const iy = (s[o + 16] as number) * cx + (s[o + 17] as number) * cy + (s[o + 18] as number) * cz;
  const iz = (s[o + 19] as number) * cx + (s[o + 20] as number) * cy + (s[o + 21] as number) * cz;
  return cx * ix + cy * iy + cz * iz;
}

/** Velocity of B's point relative to A's along a direction; `k` selects real (0) or pseudo (6) velocities. */
function relativeVelocity(s: Float64Array, row: Row, k: number, x: number, y: number, z: number): number {
  const a = row.a + k;
  const b = row.b + k;
  const awx = s[a + 3] as number;
  const awy = s[a + 4] as number;
  const awz = s[a + 5] as number;
  const bwx = s[b + 3] as number;
  const bwy = s[b + 4] as number;
  const bwz = s[b + 5] as number;
  const vx =
    (s[b] as number) + bwy * row.rbz - bwz * row.rby - (s[a] as number) - awy * row.raz + awz * row.ray;
  const vy =
    (s[b + 1] as number) +
    bwz * row.rbx -
    bwx * row.rbz -
    (s[a + 1] as number) -
    awz * row.rax +
    awx * row.raz;
  const vz =
    (s[b + 2] as number) +
    bwx * row.rby -
    bwy * row.rbx -
    (s[a + 2] as number) -
    awx * row.ray +
    awy * row.rax;
  return vx * x + vy * y + vz * z;
}

function applyImpulse(
  s: Float64Array,
  row: Row,
  k: number,
  x: number,
  y: number,
  z: number,
  impulse: number,
): void {
  if (impulse === 0) return;
  push(s, row.a, k, row.rax, row.ray, row.raz, x, y, z, -impulse);
  push(s, row.b, k, row.rbx, row.rby, row.rbz, x, y, z, impulse);
}

function push(
  s: Float64Array,
  o: number,
  k: number,
  rx: number,
  ry: number,
  rz: number,
  x: number,
  y: number,
  z: number,
  impulse: number,
): void {
  const inverseMass = s[o + 12] as number;
  if (inverseMass === 0) return;
  s[o + k] = (s[o + k] as number) + x * inverseMass * impulse;
  s[o + k + 1] = (s[o + k + 1] as number) + y * inverseMass * impulse;
  s[o + k + 2] = (s[o + k + 2] as number) + z * inverseMass * impulse;
  const cx = (ry * z - rz * y) * impulse;
  const cy = (rz * x - rx * z) * impulse;
  const cz = (rx * y - ry * x) * impulse;
  s[o + k + 3] =
    (s[o + k + 3] as number) +
    (s[o + 13] as number) * cx +
    (s[o + 14] as number) * cy +
    (s[o + 15] as number) * cz;
  s[o + k + 4] =
    (s[o + k + 4] as number) +
    (s[o + 16] as number) * cx +
    (s[o + 17] as number) * cy +
    (s[o + 18] as number) * cz;
  s[o + k + 5] =
    (s[o + k + 5] as number) +
    (s[o + 19] as number) * cx +
    (s[o + 20] as number) * cy +
    (s[o + 21] as number) * cz;
}
