/** What can be commanded: one name, limits, and how it maps to joints of the URDF. */
export interface Actuator {
  readonly name: string;
  readonly unit: 'm' | 'rad';
  /** m or rad. */
  readonly lower: number;
  readonly upper: number;
  /** m/s or rad/s. */
  readonly maxVelocity: number;
  /** m/s^2 or rad/s^2. */
  readonly maxAcceleration: number;
  /** N or N m. */
  readonly maxForce: number;
  /** Indices into the model's `jointNames`. */
  readonly jointIndices: readonly number[];
  readonly mapping: 'direct' | 'sum' | 'aperture';
  /** m; 0 unless `mapping` is `aperture`. */
  readonly fingerLengthM: number;
}

/** Returns the position of each joint of `actuator` at the commanded `position`. Does not allocate. */
export function jointFromActuator(actuator: Actuator, position: number): number {
  switch (actuator.mapping) {
    case 'direct':
      return position;
    case 'sum':
      return position / actuator.jointIndices.length;
    case 'aperture':
      return Math.asin(Math.max(-1, Math.min(1, position / (2 * actuator.fingerLengthM))));
  }
}

/** Returns the commanded position that corresponds to joint positions `q` (order of `jointNames`). Does not allocate. */
export function actuatorFromJoints(actuator: Actuator, q: Float64Array): number {
  const indices = actuator.jointIndices;
  let sum = 0;
  for (let i = 0; i < indices.length; i++) {
    const position = q[indices[i] as number] as number;
    sum += actuator.mapping === 'aperture' ? Math.sin(position) : position;
  }
  return actuator.mapping === 'aperture' ? (2 * actuator.fingerLengthM * sum) / indices.length : sum;
}
