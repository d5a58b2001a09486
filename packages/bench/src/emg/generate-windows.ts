import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Rng } from '@efferent/core';
import {
  CalibrationRecorder,
  createVirtualPerson,
  defaultProtocol,
  defaultSignalSettings,
  drawWearing,
  featureNames,
  gestureNames,
  promptsOf,
  SyntheticForearm,
  sameWearing,
  type Wearing,
  wear,
} from '@efferent/emg';

/**
 * Writes windows of virtual people for fit-cohort.ts and policies/training/train_gestures.py: each person in two sessions,
 * the second with the sleeve put on again, farther off than people do on their own.
 *
 * node generate-windows.ts --output FILE --first-seed N --people N
 *
 * FILE.f32 holds little-endian float32 rows of [seed, session, gesture, repetition, seconds since the prompt, features...], a
 * row each stride; repetition is -1 in the pauses. What the gesture is worth before the settling time is for a reader to say.
 */
const { values } = parseArgs({
  options: {
    output: { type: 'string' },
    'first-seed': { type: 'string', default: '1000' },
    people: { type: 'string', default: '100' },
  },
});
const firstSeed = Number(values['first-seed']);
const people = Number(values.people);
if (values.output === undefined || !(firstSeed >= 1000) || !(people > 0)) {
  process.stderr.write('usage: generate-windows.ts --output FILE --first-seed N (>= 1000) --people N\n');
  process.exit(2);
}

/** Short holds: repetitions differ more than the windows of one. */
const protocol = { ...defaultProtocol, holdS: 0.9, restS: 0.05 };
const repetitions = [6, 4] as const;
/** Beyond what a session brings: 10 mm and 15 degrees lie well inside. */
const farther = { rotationRad: 0.3, shiftM: 0.012 } as const;

const settings = defaultSignalSettings(2000, 64);
const { sampleRateHz, channelCount } = settings;
const windowS = settings.window.windowSamples / sampleRateHz;
const rowLength = 5 + featureNames.length * channelCount;
const file = openSync(`${values.output}.f32`, 'w');
let rows = 0;
for (let seed = firstSeed; seed < firstSeed + people; seed++) {
  const person = createVirtualPerson(seed);
  const rng = new Rng(seed).fork('wearing');
  for (const [session, count] of repetitions.entries()) {
    const met = wear(person, session === 0 ? sameWearing(person) : putOnAgain(drawWearing(person, 2), rng));
    const forearm = new SyntheticForearm({ person: met, recordingSeed: 100 + session, sampleRateHz });
    const recorder = new CalibrationRecorder(settings);
    const samplesUv = new Float32Array(settings.window.strideSamples * channelCount);
    for (const prompt of promptsOf({ ...protocol, repetitions: count }, rng)) {
      const promptSample = forearm.sampleIndex;
      const before = recorder.windows.length;
      forearm.perform(prompt.gesture, prompt.effort);
      // Every window counts, from the first one that ends after the prompt.
      recorder.prompt(prompt.gesture, prompt.repetition, -windowS);
      const strides = Math.round((prompt.durationS * sampleRateHz) / settings.window.strideSamples);
      for (let i = 0; i < strides; i++) {
        const firstSample = forearm.sampleIndex;
        forearm.generate(samplesUv);
        recorder.push({ stampNs: 0n, firstSample, sampleRateHz, channelCount, samplesUv });
      }
      const repetition = prompt.isRecorded ? prompt.repetition : -1;
      for (const { endSample, features } of recorder.windows.slice(before)) {
        const row = new Float32Array(rowLength);
        const sinceS = (endSample - promptSample) / sampleRateHz;
        row.set([seed, session, gestureNames.indexOf(prompt.gesture), repetition, sinceS]);
        row.set(features, 5);
        writeSync(file, new Uint8Array(row.buffer));
        rows += 1;
      }
    }
  }
  process.stdout.write(`seed ${seed}  ${rows} rows\n`);
}
closeSync(file);
writeFileSync(
  `${values.output}.json`,
  JSON.stringify({
    features: featureNames,
    channels: channelCount,
    gestures: gestureNames,
    settledS: protocol.settlingS + windowS,
    rows,
  }),
);

function putOnAgain(wearing: Wearing, rng: Rng): Wearing {
  return {
    ...wearing,
    rotationRad: wearing.rotationRad + rng.range(-farther.rotationRad, farther.rotationRad),
    shiftM: wearing.shiftM + rng.range(-farther.shiftM, farther.shiftM),
  };
}
