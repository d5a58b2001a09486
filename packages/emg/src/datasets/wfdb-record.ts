import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalidDataSet } from './data-set.ts';

/** A record of PhysioNet's WaveForm DataBase format. */
export interface WfdbRecord {
  readonly sampleRateHz: number;
  /** Descriptions of the channels, e.g. `ED-8-8`. */
  readonly names: readonly string[];
  /** `[sample, channel]`, row-major, µV. */
  readonly samplesUv: Float32Array;
}

interface Signal {
  readonly file: string;
  /** Steps of the converter in a unit. */
  readonly gain: number;
  readonly baseline: number;
  readonly microvoltsPerUnit: number;
  /** Sum of all samples, 16 bits, signed; undefined when the header has none. */
  readonly checksum: number | undefined;
  readonly name: string;
}

const microvoltsIn: Readonly<Record<string, number>> = { V: 1e6, mV: 1e3, uV: 1 };
/** What the format stores where nothing was measured. */
const missing = -32_768;

/**
 * Reads a record whose signals are all in one file of 16-bit numbers (format 16), little-endian, sample by sample.
 *
 * @see https://wfdb.io/spec/header-files.html and https://wfdb.io/spec/signal-files.html
 * @param header - the `.hea` file
 * @throws {@link ConfigurationError} code `invalid-data-set` that names the file and line
 */
export async function readWfdbRecord(header: string): Promise<WfdbRecord> {
  const lines = (await readFile(header, 'latin1'))
    .split(/\r?\n/)
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  const [, count = '', rate = '', length = ''] = (lines[0]?.text ?? '').split(/\s+/);
  const signalCount = Number(count);
  const sampleRateHz = Number.parseFloat(rate);
  if (!(Number.isInteger(signalCount) && signalCount > 0 && sampleRateHz > 0)) {
    throw invalidDataSet(
      `${header}:1`,
      `expected "name signals rate samples", got "${lines[0]?.text ?? ''}"`,
    );
  }
  const signals = Array.from({ length: signalCount }, (_, i) => readSignal(header, lines[i + 1]));
  const [{ file }] = signals as [Signal];
  if (signals.some((signal) => signal.file !== file))
    throw invalidDataSet(header, 'names several signal files');
  const bytes = await readFile(join(dirname(header), file));
  const sampleCount = Math.floor(bytes.length / 2 / signalCount);
  if (sampleCount < Number(length || 0) || sampleCount === 0) {
    throw invalidDataSet(
      join(dirname(header), file),
      `has ${sampleCount} samples; its header says ${length}`,
    );
  }
  const samplesUv = toMicrovolts(bytes, signals, Number(length) || sampleCount, header);
  return { sampleRateHz, names: signals.map(({ name }) => name), samplesUv };
}

function readSignal(
  header: string,
  at: { readonly text: string; readonly line: number } | undefined,
): Signal {
  if (at === undefined) throw invalidDataSet(header, 'ends before its last signal');
  const where = `${header}:${at.line}`;
  const [file = '', format = '', scale = '200', , zero = '0', , checksum, , ...words] = at.text.split(/\s+/);
  if (format !== '16') throw invalidDataSet(where, `signal format "${format}"; only 16 is read`);
  const [, gainText = '', baselineText, unit = 'mV'] =
    /^([-+\d.eE]+)(?:\(([-+\d]+)\))?(?:\/(\S+))?$/.exec(scale) ?? [];
  const gain = Number(gainText);
  const microvoltsPerUnit = microvoltsIn[unit];
  if (gainText === '' || !(gain >= 0)) throw invalidDataSet(where, `gain "${scale}"`);
  if (microvoltsPerUnit === undefined) throw invalidDataSet(where, `unit "${unit}"; expected V, mV or uV`);
  return {
    file,
    // A gain of zero stands for the default.
    gain: gain || 200,
    baseline: Number(baselineText ?? zero),
    microvoltsPerUnit,
    checksum: checksum === undefined ? undefined : Number(checksum),
    name: words.join(' '),
  };
}

function toMicrovolts(
  bytes: Buffer,
  signals: readonly Signal[],
  sampleCount: number,
  header: string,
): Float32Array {
  const samplesUv = new Float32Array(sampleCount * signals.length);
  for (const [channel, { gain, baseline, microvoltsPerUnit, checksum, name }] of signals.entries()) {
    let sum = 0;
    for (let i = channel; i < samplesUv.length; i += signals.length) {
      const value = bytes.readInt16LE(2 * i);
      if (value === missing) throw invalidDataSet(header, `signal "${name}" has missing samples`);
      sum = (sum + value) | 0;
      samplesUv[i] = ((value - baseline) / gain) * microvoltsPerUnit;
    }
    if (checksum !== undefined && ((sum ^ checksum) & 0xffff) !== 0) {
      throw invalidDataSet(
        header,
        `checksum of signal "${name}" is ${checksum}, its samples have another: damaged`,
      );
    }
  }
  return samplesUv;
}
