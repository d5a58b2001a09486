/** An electrode on the skin: angle about the forearm, rad, and place along it, m, distal positive. */
export interface Electrode {
  readonly angleRad: number;
  readonly alongM: number;
}

/** A motor unit's fibres, seen as one fibre with a territory around it. */
export interface FibreBundle {
  readonly angleRad: number;
  /** Distance from the axis of the forearm, m. */
  readonly radiusM: number;
  readonly innervationM: number;
  /** Length from the innervation zone to the tendon, m, [proximal, distal]. */
  readonly semiLengthsM: readonly [number, number];
  /** Radius over which the unit's fibres are spread, m. */
  readonly territoryRadiusM: number;
  readonly conductionVelocityMps: number;
}

/** Longitudinal over radial conductivity of muscle, 0.4 over 0.09 S/m (Farina 2004, as MyoGen uses it). */
const anisotropy = 0.4 / 0.09;

/** Standard deviation of the innervation points of one unit's fibres, m; half of MyoGen's L/10. */
const innervationSpreadM = 0.003;
const smearReachM = 3 * innervationSpreadM;

/**
 * Poles of the tripole that stands for a travelling action potential: current and distance behind the front, m.
 *
 * Rosenfalck's membrane potential is V(z) = 96 z³ e^-z - 90 (z in mm behind the front). The transmembrane current goes
 * with V''(z) = 96 e^-z (6z - 6z² + z³), which changes sign at z = 3 - √3 and 3 + √3; each pole carries the
 * integral of its phase and sits at the phase's centroid. Currents sum to zero, and so does the dipole moment.
 * @see Rosenfalck 1969, Acta Physiol Scand Suppl 321
 */
export const tripole: readonly { readonly current: number; readonly behindM: number }[] = (() => {
  const slope = (z: number) => z * z * (3 - z) * Math.exp(-z);
  const rise = (z: number) => z ** 3 * Math.exp(-z);
  const edges = [0, 3 - Math.sqrt(3), 3 + Math.sqrt(3), 60];
  const largest = slope(edges[2] as number) - slope(edges[1] as number);
  return [0, 1, 2].map((phase) => {
    const from = edges[phase] as number;
    const to = edges[phase + 1] as number;
    const charge = slope(to) - slope(from);
    const moment = to * slope(to) - from * slope(from) - (rise(to) - rise(from));
    return { current: charge / -largest, behindM: (moment / charge) * 1e-3 };
  });
})();

/**
 * Computes a motor unit's action potential at every electrode.
 *
 * Two tripoles leave the innervation zone in opposite directions and end at the tendons; a pole that has not left
 * or has arrived rests there, so that the total current is always zero. The potential of a pole in an infinite
 * anisotropic conductor is I / (4 π σ_r √(r² σ_z/σ_r + z²)); fat and skin enter as distance only. The unit's fibres do
 * not share one innervation point, so the result is smeared in time by their spread over the conduction velocity.
 *
 * @param forearmRadiusM - radius at the skin, m
 * @param sampleRateHz - samples a second of the result
 * @param out - `[sample, electrode]`, row-major, relative units; overwritten
 */
export function computeActionPotential(
  bundle: FibreBundle,
  electrodes: readonly Electrode[],
  forearmRadiusM: number,
  sampleRateHz: number,
  out: Float32Array,
): void {
  const electrodeCount = electrodes.length;
  const sampleCount = out.length / electrodeCount;
  const poleM = new Float64Array(6);
  const alongM = Float64Array.from(electrodes, (electrode) => electrode.alongM);
  const squaredDistances = Float64Array.from(electrodes, (electrode) => {
    const across =
      forearmRadiusM ** 2 +
      bundle.radiusM ** 2 -
      2 * forearmRadiusM * bundle.radiusM * Math.cos(electrode.angleRad - bundle.angleRad);
    return (across + bundle.territoryRadiusM ** 2) * anisotropy;
  });
  out.fill(0);
  for (let sample = 0; sample < sampleCount; sample++) {
    placePoles(bundle, (sample / sampleRateHz) * bundle.conductionVelocityMps - smearReachM, poleM);
    for (let direction = 0; direction < 6; direction += 3) {
      // Poles that have not left, or have all arrived, cancel.
      if (poleM[direction] === poleM[direction + 2]) continue;
      for (let pole = direction; pole < direction + 3; pole++) {
        const current = (tripole[pole - direction] as (typeof tripole)[number]).current;
        const atM = poleM[pole] as number;
        for (let e = 0; e < electrodeCount; e++) {
          const z = (alongM[e] as number) - atM;
          const at = sample * electrodeCount + e;
          out[at] = (out[at] as number) + current / Math.sqrt((squaredDistances[e] as number) + z * z);
        }
      }
    }
  }
  smear(out, electrodes.length, (innervationSpreadM / bundle.conductionVelocityMps) * sampleRateHz);
}

/** Returns how long an action potential of a bundle lasts, s. */
export function actionPotentialDurationS(bundle: FibreBundle): number {
  const lastM = (tripole[2] as (typeof tripole)[number]).behindM;
  return (Math.max(...bundle.semiLengthsM) + lastM + 2 * smearReachM) / bundle.conductionVelocityMps;
}

/** Convolves every electrode's column with a Gaussian of the given standard deviation in samples. */
function smear(values: Float32Array, columnCount: number, sdSamples: number): void {
  const reach = Math.ceil(3 * sdSamples);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / sdSamples) ** 2),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const source = values.slice();
  const rowCount = values.length / columnCount;
  values.fill(0);
  for (let row = 0; row < rowCount; row++) {
    for (let k = Math.max(-reach, -row); k <= Math.min(reach, rowCount - 1 - row); k++) {
      const weight = (kernel[k + reach] as number) / total;
      const from = (row + k) * columnCount;
      for (let column = 0; column < columnCount; column++) {
        const at = row * columnCount + column;
        values[at] = (values[at] as number) + weight * (source[from + column] as number);
      }
    }
  }
}

function placePoles(bundle: FibreBundle, frontM: number, out: Float64Array): void {
  for (let direction = 0; direction < 2; direction++) {
    const sign = direction === 0 ? -1 : 1;
    const lengthM = bundle.semiLengthsM[direction] as number;
    for (let pole = 0; pole < 3; pole++) {
      const travelledM = frontM - (tripole[pole] as (typeof tripole)[number]).behindM;
      out[direction * 3 + pole] = bundle.innervationM + sign * Math.min(lengthM, Math.max(0, travelledM));
    }
  }
}
