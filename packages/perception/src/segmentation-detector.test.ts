import {
  type QuaternionXyzw,
  quaternionFromAxisAngle,
  Rng,
  rotateVector,
  type Vector3,
} from '@efferent/core';
import { describe, expect, test } from 'vitest';
import {
  type CameraFrame,
  type Detection,
  defaultPerceptionNoise,
  missProbability,
  noPerceptionNoise,
  SegmentationDetector,
} from './index.ts';

/** Of a picture, px. */
const width = 320;
const height = 240;
const focal = 233;
/** The camera looks down by 35 degrees. */
const tiltRad = (35 * Math.PI) / 180;
const up: Vector3 = [0, -Math.cos(tiltRad), -Math.sin(tiltRad)];

interface Shape {
  /** Distance along a ray from the origin, m; undefined when it misses. */
  hit(direction: Vector3): number | undefined;
}

const sphere = (center: Vector3, radius: number): Shape => ({
  hit(d) {
    const b = d[0] * center[0] + d[1] * center[1] + d[2] * center[2];
    const c = center[0] ** 2 + center[1] ** 2 + center[2] ** 2 - radius ** 2;
    const discriminant = b * b - c;
    return discriminant < 0 ? undefined : b - Math.sqrt(discriminant);
  },
});

/** Box whose own z axis is up and whose x axis is `yawRad` left of straight ahead. */
const uprightBox = (center: Vector3, size: Vector3, yawRad: number): Shape => {
  const left: Vector3 = [-1, 0, 0];
  const away: Vector3 = [0, -Math.sin(tiltRad), Math.cos(tiltRad)];
  const axis = (c: number, s: number): Vector3 => [
    c * away[0] + s * left[0],
    c * away[1] + s * left[1],
    c * away[2] + s * left[2],
  ];
  const axes = [axis(Math.cos(yawRad), Math.sin(yawRad)), axis(-Math.sin(yawRad), Math.cos(yawRad)), up];
  const dot = (a: Vector3, b: Vector3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  return {
    hit(d) {
      let near = 0;
      let far = Number.POSITIVE_INFINITY;
      for (const [i, a] of axes.entries()) {
        const middle = dot(a, center) / dot(a, d);
        const half = Math.abs(size[i]! / 2 / dot(a, d));
        near = Math.max(near, middle - half);
        far = Math.min(far, middle + half);
      }
      return near < far ? near : undefined;
    },
  };
};

/** @param scale - divides the resolution */
function render(shapes: readonly Shape[], scale = 1): CameraFrame {
  const [widthPx, heightPx] = [width / scale, height / scale];
  const intrinsics = { fx: focal / scale, fy: focal / scale, cx: widthPx / 2, cy: heightPx / 2 };
  const depthMm = new Uint16Array(widthPx * heightPx);
  const segmentation = new Uint16Array(widthPx * heightPx);
  for (let i = 0; i < depthMm.length; i++) {
    const x = ((i % widthPx) - intrinsics.cx) / intrinsics.fx;
    const y = (Math.floor(i / widthPx) - intrinsics.cy) / intrinsics.fy;
    const length = Math.hypot(x, y, 1);
    let nearest = 3;
    depthMm[i] = 3000;
    for (const [index, shape] of shapes.entries()) {
      const range = shape.hit([x / length, y / length, 1 / length]);
      if (range === undefined || range / length >= nearest) continue;
      nearest = range / length;
      depthMm[i] = Math.round(nearest * 1000);
      segmentation[i] = index + 1;
    }
  }
  return { stampNs: 0n, widthPx, heightPx, intrinsics, color: undefined, depthMm, segmentation, up };
}

function detector(
  noise = noPerceptionNoise,
  seed = 1,
  classes = ['apple', 'box', 'can'],
): SegmentationDetector {
  const made = new SegmentationDetector(noise, new Rng(seed));
  made.setLabels(new Map(classes.map((name, index) => [index + 1, name])));
  return made;
}

const distance = (a: Vector3, b: Vector3) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const only = (detections: readonly Detection[]): Detection => {
  expect(detections).toHaveLength(1);
  return detections[0]!;
};

describe('a detector on masks and depth', () => {
  test('places the centre of a ball inside it, not on its surface', () => {
    const center: Vector3 = [0.15, 0.05, 1.1];
    const found = only(detector().detectNow(render([sphere(center, 0.04)])));
    expect(found.className).toBe('apple');
    expect(distance(found.positionM, center)).toBeLessThan(0.014);
    for (const extent of found.sizeM) expect(Math.abs(extent - 0.08)).toBeLessThan(0.022);
  });

  test('finds extent and direction of a turned box', () => {
    const center: Vector3 = [-0.1, 0.02, 1];
    const yawRad = 0.52;
    const found = only(detector().detectNow(render([uprightBox(center, [0.08, 0.2, 0.1], yawRad)])));
    expect(distance(found.positionM, center)).toBeLessThan(0.02);
    const [short, long] = [
      Math.min(found.sizeM[0], found.sizeM[1]),
      Math.max(found.sizeM[0], found.sizeM[1]),
    ];
    expect(Math.abs(short - 0.08)).toBeLessThan(0.025);
    expect(Math.abs(long - 0.2)).toBeLessThan(0.03);
    expect(Math.abs(found.sizeM[2] - 0.1)).toBeLessThan(0.015);
  });

  test('does not take a flat thing for a thick one when it looks steeply down on it', () => {
    // In the lower part of the picture rays go down by more than 50 degrees.
    const found = only(detector().detectNow(render([uprightBox([0, 0.34, 1], [0.05, 0.09, 0.034], 0)])));
    expect(Math.abs(Math.min(found.sizeM[0], found.sizeM[1]) - 0.05)).toBeLessThan(0.012);
    const ball = only(detector().detectNow(render([sphere([0, 0.34, 1], 0.04)])));
    for (const extent of ball.sizeM.slice(0, 2)) expect(Math.abs(extent - 0.08)).toBeLessThan(0.015);
  });

  test('takes a stain as flat and as deep as it is seen, and for nothing else', () => {
    const stain = uprightBox([0.1, 0.1, 1.1], [0.08, 0.12, 0.002], 0);
    const found = only(detector(noPerceptionNoise, 1, ['stain/spill', 'box']).detectNow(render([stain])));
    expect(found.className).toBe('spill');
    expect(distance(found.positionM, [0.1, 0.1, 1.1])).toBeLessThan(0.012);
    expect(Math.abs(found.sizeM[0] - 0.08)).toBeLessThan(0.015);
    expect(Math.abs(found.sizeM[1] - 0.12)).toBeLessThan(0.015);
    expect(found.sizeM[2]).toBeLessThan(0.012);
    const confusing = { ...noPerceptionNoise, confusion: 1 };
    expect(only(detector(confusing, 1, ['stain/spill', 'box']).detectNow(render([stain]))).className).toBe(
      'spill',
    );
  });

  test('gives boxes whose z axis is up', () => {
    const turned: QuaternionXyzw = only(
      detector().detectNow(render([uprightBox([0, 0, 1], [0.1, 0.1, 0.1], 0.3)])),
    ).orientation;
    expect(distance(rotateVector(turned, [0, 0, 1]), up)).toBeLessThan(1e-6);
    expect(rotateVector(quaternionFromAxisAngle([0, 0, 1], 0), [0, 0, 1])).toEqual([0, 0, 1]);
  });

  test('keeps things apart that overlap in the picture', () => {
    const found = detector().detectNow(
      render([sphere([0, 0, 0.9], 0.04), uprightBox([0.05, 0.03, 1.2], [0.1, 0.1, 0.2], 0)]),
    );
    expect(found.map((detection) => detection.className)).toEqual(['apple', 'box']);
  });

  test('reports nothing of what is hidden', () => {
    const hidden = [sphere([0, 0, 0.8], 0.1), sphere([0, 0, 1.5], 0.05)];
    expect(
      detector()
        .detectNow(render(hidden))
        .map((detection) => detection.className),
    ).toEqual(['apple']);
  });

  test('reports nothing without masks', () => {
    expect(detector().detectNow({ ...render([sphere([0, 0, 1], 0.1)]), segmentation: undefined })).toEqual(
      [],
    );
  });
});

describe('the noise model', () => {
  const frame = render([sphere([0.1, 0, 1], 0.05)]);

  test('spreads positions by 8 mm plus 1 % of the range', () => {
    const noisy = detector({ ...defaultPerceptionNoise, confusion: 0, falsePositivesPerFrame: 0 });
    const clean = only(detector().detectNow(frame)).positionM;
    const errors: number[] = [];
    for (let i = 0; i < 500; i++)
      errors.push(
        ...noisy
          .detectNow(frame)
          .flatMap((found) => found.positionM.map((value, axis) => value - clean[axis]!)),
      );
    const sigma = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(sigma).toBeGreaterThan(0.0165);
    expect(sigma).toBeLessThan(0.0195);
  });

  test('misses half of the things of 60 visible pixels and hardly any large one', () => {
    expect(missProbability(60, defaultPerceptionNoise)).toBe(0.5);
    expect(missProbability(600, defaultPerceptionNoise)).toBeLessThan(0.01);
    expect(missProbability(30, defaultPerceptionNoise)).toBe(1);
  });

  test('confuses classes and invents things at the stated rates', () => {
    const noisy = detector(defaultPerceptionNoise, 7);
    // Thousands of pictures: small ones, in which the thing is large enough never to be missed.
    const nearFrame = render([sphere([0, 0, 0.9], 0.3)], 4);
    let confused = 0;
    let invented = 0;
    const frames = 3000;
    for (let i = 0; i < frames; i++) {
      const found = noisy.detectNow(nearFrame);
      if (found.length > 1) invented += 1;
      else if (found[0]?.className !== 'apple') confused += 1;
    }
    expect(confused / frames).toBeGreaterThan(0.013);
    expect(confused / frames).toBeLessThan(0.027);
    expect(invented).toBeGreaterThan(4);
    expect(invented).toBeLessThan(29);
  });

  test('is the same for equal seeds and another for other seeds', () => {
    const run = (seed: number) =>
      Array.from(
        { length: 20 },
        (
          (d) => () =>
            d.detectNow(frame)
        )(detector(defaultPerceptionNoise, seed)),
      );
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });
});
