import { ConfigurationError } from '@efferent/core';

/** A second-order section with a0 = 1: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
export interface SecondOrderSection {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/**
 * Designs a Butterworth band-pass of order 2 * `order` as `order` second-order sections.
 *
 * Analog prototype poles on the unit circle, band-pass transform about the prewarped edges, bilinear transform; each
 * section takes one zero at z = 1 and one at z = -1, and unit gain at the centre of the band.
 * @see Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., chapter 7; same result as scipy.signal.butter
 *
 * @param order - order of the prototype; LibEMG's and scipy's `N`
 * @param bandHz - [low, high] half-power edges, Hz
 * @throws {@link ConfigurationError} code `invalid-filter` when the band does not lie inside (0, rate / 2)
 */
export function designBandPass(
  order: number,
  bandHz: readonly [number, number],
  sampleRateHz: number,
): readonly SecondOrderSection[] {
  const [lowHz, highHz] = bandHz;
  if (!(lowHz > 0 && lowHz < highHz && highHz < sampleRateHz / 2)) {
    throw new ConfigurationError({
      code: 'invalid-filter',
      message: `band-pass ${lowHz} to ${highHz} Hz at ${sampleRateHz} Hz: need 0 < low < high < ${sampleRateHz / 2} Hz`,
      fields: { lowHz, highHz, sampleRateHz },
    });
  }
  const warp = (hz: number) => 2 * Math.tan((Math.PI * hz) / sampleRateHz);
  const low = warp(lowHz);
  const high = warp(highHz);
  const centre = Math.sqrt(low * high);
  const centreRad = 2 * Math.atan(centre / 2);
  const sections: SecondOrderSection[] = [];
  for (let k = 0; k < Math.ceil(order / 2); k++) {
    const angle = Math.PI / 2 + (Math.PI * (2 * k + 1)) / (2 * order);
    const isReal = 2 * k + 1 === order;
    const prototype: Complex = [Math.cos(angle), isReal ? 0 : Math.sin(angle)];
    const [p, q] = bandPassPoles(prototype, high - low, centre);
    if (isReal) sections.push(sectionOfPoles(bilinear(p), bilinear(q), centreRad));
    else
      for (const pole of [p, q])
        sections.push(sectionOfPoles(bilinear(pole), bilinear(conjugate(pole)), centreRad));
  }
  return sections;
}

/**
 * Designs a notch with unit gain away from it.
 * @see Orfanidis, Introduction to Signal Processing, section 11.3; same result as scipy.signal.iirnotch with Q = f / bandwidth
 *
 * @param bandwidthHz - width between the half-power points, Hz
 */
export function designNotch(centreHz: number, bandwidthHz: number, sampleRateHz: number): SecondOrderSection {
  if (!(centreHz > 0 && centreHz < sampleRateHz / 2 && bandwidthHz > 0)) {
    throw new ConfigurationError({
      code: 'invalid-filter',
      message: `notch at ${centreHz} Hz, ${bandwidthHz} Hz wide, at ${sampleRateHz} Hz: need 0 < centre < ${sampleRateHz / 2} Hz and a width above 0`,
      fields: { centreHz, bandwidthHz, sampleRateHz },
    });
  }
  const gain = 1 / (1 + Math.tan((Math.PI * bandwidthHz) / sampleRateHz));
  const cosine = Math.cos((2 * Math.PI * centreHz) / sampleRateHz);
  return { b: [gain, -2 * gain * cosine, gain], a: [-2 * gain * cosine, 2 * gain - 1] };
}

/** Returns the gain (linear, not dB) of a cascade at a frequency. */
export function gainAt(sections: readonly SecondOrderSection[], hz: number, sampleRateHz: number): number {
  return gainAtAngle(sections, (2 * Math.PI * hz) / sampleRateHz);
}

type Complex = readonly [real: number, imaginary: number];

function gainAtAngle(sections: readonly SecondOrderSection[], angleRad: number): number {
  let gain = 1;
  for (const { b, a } of sections) {
    gain *= magnitude(b[0], b[1], b[2], angleRad) / magnitude(1, a[0], a[1], angleRad);
  }
  return gain;
}

/** Returns |c0 + c1 e^-jw + c2 e^-2jw|. */
function magnitude(c0: number, c1: number, c2: number, angleRad: number): number {
  const real = c0 + c1 * Math.cos(angleRad) + c2 * Math.cos(2 * angleRad);
  const imaginary = -c1 * Math.sin(angleRad) - c2 * Math.sin(2 * angleRad);
  return Math.hypot(real, imaginary);
}

/** Solves s² - p B s + c² = 0: the two band-pass poles of one prototype pole p. */
function bandPassPoles(prototype: Complex, bandwidth: number, centre: number): readonly [Complex, Complex] {
  const half: Complex = [(prototype[0] * bandwidth) / 2, (prototype[1] * bandwidth) / 2];
  const root = complexSqrt([half[0] ** 2 - half[1] ** 2 - centre ** 2, 2 * half[0] * half[1]]);
  return [
    [half[0] + root[0], half[1] + root[1]],
    [half[0] - root[0], half[1] - root[1]],
  ];
}

function complexSqrt([real, imaginary]: Complex): Complex {
  const size = Math.hypot(real, imaginary);
  const root = Math.sqrt((size + real) / 2);
  return [root, Math.sign(imaginary || 1) * Math.sqrt((size - real) / 2)];
}

/** Maps an analog pole s to z = (2 + s) / (2 - s), time step 1. */
function bilinear([real, imaginary]: Complex): Complex {
  const scale = (2 - real) ** 2 + imaginary ** 2;
  return [(4 - real ** 2 - imaginary ** 2) / scale, (4 * imaginary) / scale];
}

const conjugate = ([real, imaginary]: Complex): Complex => [real, -imaginary];

/** Builds the section of two poles that are conjugate or both real. */
function sectionOfPoles(p: Complex, q: Complex, centreRad: number): SecondOrderSection {
  const a: [number, number] = [-(p[0] + q[0]), p[0] * q[0] - p[1] * q[1]];
  const gain = 1 / gainAtAngle([{ b: [1, 0, -1], a }], centreRad);
  return { b: [gain, 0, -gain], a };
}
