import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { addWindow, emptyMoments, sleeveShape, withinClassCovariance } from '@efferent/emg';

/**
 * Computes how windows of one gesture differ within a person and session of a data set of generate-windows.ts.
 *
 * node fit-cohort.ts --data FILE --output FILE
 *
 * The output holds float32, the rows of a lower triangle one after the other. The covariance is averaged over rotations of
 * the sleeve by whole columns: nobody knows beforehand where its seam will lie.
 */
const { values } = parseArgs({ options: { data: { type: 'string' }, output: { type: 'string' } } });
if (values.data === undefined || values.output === undefined) {
  process.stderr.write('usage: fit-cohort.ts --data FILE --output FILE\n');
  process.exit(2);
}
const header = JSON.parse(readFileSync(`${values.data}.json`, 'utf8'));
const bytes = readFileSync(`${values.data}.f32`);
const featureCount: number = header.features.length * header.channels;
const classCount: number = header.gestures.length;
const rowLength = 5 + featureCount;
if (bytes.length !== 4 * header.rows * rowLength) {
  process.stderr.write(
    `${values.data}.f32 has ${bytes.length} bytes, ${header.rows} rows expected; generate it again\n`,
  );
  process.exit(2);
}
const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

const total = new Float64Array(featureCount * featureCount);
let sessions = 0;
let moments = emptyMoments(featureCount, classCount);
for (let row = 0; row < header.rows; row++) {
  const [seed, session, label, repetition = -1, sinceS = 0] = data.subarray(row * rowLength);
  const next = data.subarray((row + 1) * rowLength, (row + 1) * rowLength + 2);
  const features = data.subarray(row * rowLength + 5, (row + 1) * rowLength);
  if (repetition >= 0 && sinceS > header.settledS - 1e-6)
    addWindow(moments, Float64Array.from(features, Math.log1p), label as number);
  if (next[0] === seed && next[1] === session) continue;
  withinClassCovariance(moments).forEach((value, i) => {
    total[i] = (total[i] as number) + value;
  });
  sessions += 1;
  moments = emptyMoments(featureCount, classCount);
}

const lower = new Float32Array((featureCount * (featureCount + 1)) / 2);
let at = 0;
for (let i = 0; i < featureCount; i++)
  for (let j = 0; j <= i; j++) lower[at++] = rotationMean(i, j) / sessions;
writeFileSync(values.output, new Uint8Array(lower.buffer));
process.stdout.write(`${values.output}: ${sessions} sessions, ${header.rows} windows\n`);

function rotationMean(i: number, j: number): number {
  let sum = 0;
  for (let columns = 0; columns < sleeveShape.columns; columns++) {
    const [a, b] = [rotated(i, columns), rotated(j, columns)];
    sum += total[Math.max(a, b) * featureCount + Math.min(a, b)] as number;
  }
  return sum / sleeveShape.columns;
}

function rotated(feature: number, columns: number): number {
  const column = feature % sleeveShape.columns;
  return feature - column + ((column + columns) % sleeveShape.columns);
}
