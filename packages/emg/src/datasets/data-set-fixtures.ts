import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { Rng } from '@efferent/core';

/** A trial as a test makes it: `[sample, channel]`. */
export type MadeTrial = Float64Array;

const noise = (() => {
  const rng = new Rng(1);
  return Float64Array.from({ length: 8191 }, () => rng.normal(0, 1));
})();

/** Makes noise of RMS 0.2, with every third channel from `gesture` on four times as strong, and channel 9 silent. */
export function makeTrial(
  channelCount: number,
  sampleCount: number,
  gesture: number,
  seed: number,
): MadeTrial {
  const trial = new Float64Array(channelCount * sampleCount);
  const start = 7919 * (seed * 100 + gesture);
  for (let i = 0; i < trial.length; i++) {
    const channel = i % channelCount;
    const rms = channel % 3 === gesture % 3 ? 0.8 : 0.2;
    if (channel !== 9) trial[i] = rms * (noise[(start + i) % noise.length] as number);
  }
  return trial;
}

/** Writes one FlexWear-HD file: a data set `[trial, electrode, timestep]` a gesture. */
export async function writeFlexwearFile(
  file: string,
  trials: Readonly<Record<string, readonly MadeTrial[]>>,
): Promise<void> {
  const { default: hdf5 } = await import('h5wasm/node');
  await hdf5.ready;
  await mkdir(join(file, '..'), { recursive: true });
  const written = new hdf5.File(file, 'w');
  for (const [name, ofGesture] of Object.entries(trials)) {
    const sampleCount = (ofGesture[0] as MadeTrial).length / 64;
    const data = new Float64Array(ofGesture.length * 64 * sampleCount);
    for (const [i, trial] of ofGesture.entries()) data.set(byChannel(trial, 64), i * trial.length);
    written.create_dataset({ name, data, shape: [ofGesture.length, 64, sampleCount] });
  }
  written.close();
}

/** Writes one WFDB record of Hyser; values are volt. */
export async function writeHyserRecord(folder: string, name: string, trial: MadeTrial): Promise<void> {
  await mkdir(folder, { recursive: true });
  const grids = ['ED', 'EP', 'FD', 'FP'];
  const gain = 20_000;
  const baseline = -12;
  const data = Buffer.alloc(trial.length * 2);
  const sums = new Array<number>(256).fill(0);
  for (const [i, value] of trial.entries()) {
    const step = Math.round(value * gain) + baseline;
    data.writeInt16LE(Math.max(-32_767, Math.min(32_767, step)), 2 * i);
    sums[i % 256] = (sums[i % 256] as number) + data.readInt16LE(2 * i);
  }
  const signals = sums.map((sum, channel) => {
    const within = channel % 64;
    const place = `${grids[Math.floor(channel / 64)]}-${8 - Math.floor(within / 8)}-${8 - (within % 8)}`;
    const checksum = (sum << 16) >> 16;
    return `${name}.dat 16 ${gain}(${baseline})/V 16 0 ${data.readInt16LE(2 * channel)} ${checksum} 0 ${place}`;
  });
  const header = [`${name} 256 2048 ${trial.length / 256}`, ...signals];
  await writeFile(join(folder, `${name}.hea`), `${header.join('\n')}\n`);
  await writeFile(join(folder, `${name}.dat`), data);
}

/** Makes a MATLAB level 5 file of double arrays, as `save -v7` (compressed) or `-v6` does. */
export function makeMatFile(
  arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>>,
  isCompressed: boolean,
): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  const variables = Object.entries(arrays).map(([name, { shape, values }]) => {
    const flags = matElement(6, Buffer.of(6, 0, 0, 0, 0, 0, 0, 0));
    const dimensions = matElement(5, Buffer.from(Int32Array.from(shape).buffer));
    const data = matElement(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    const matrix = matElement(14, Buffer.concat([flags, dimensions, matElement(1, Buffer.from(name)), data]));
    if (!isCompressed) return matrix;
    const packed = deflateSync(matrix);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    return Buffer.concat([tag, packed]);
  });
  return Buffer.concat([header, ...variables]);
}

function matElement(type: number, body: Buffer): Buffer {
  const element = Buffer.alloc(8 + Math.ceil(body.length / 8) * 8);
  element.writeUInt32LE(type, 0);
  element.writeUInt32LE(body.length, 4);
  body.copy(element, 8);
  return element;
}

/** Makes a CapgMyo file: `data` of samples x 128, between -1 and 1, with its labels. */
export function makeCapgmyoFile(trial: MadeTrial, isCompressed: boolean): Buffer {
  const sampleCount = trial.length / 128;
  const data = byChannel(trial, 128);
  const one = { shape: [1, 1], values: Float64Array.of(1) };
  return makeMatFile(
    { data: { shape: [sampleCount, 128], values: data }, gesture: one, subject: one, trial: one },
    isCompressed,
  );
}

/** Returns `[channel, sample]`. */
function byChannel(trial: MadeTrial, channelCount: number): Float64Array {
  const sampleCount = trial.length / channelCount;
  const turned = new Float64Array(trial.length);
  for (let i = 0; i < trial.length; i++)
    turned[(i % channelCount) * sampleCount + Math.floor(i / channelCount)] = trial[i] as number;
  return turned;
}
