import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@efferent/core';
import {
  calibrateSynthetic,
  createVirtualPerson,
  type DecoderName,
  defaultProtocol,
  GestureDecoder,
  type GestureName,
  gestureNames,
  loadCalibration,
  SyntheticForearm,
  saveCalibration,
} from '@efferent/emg';
import { figure, latencyFigures, makeReport, type Report, type SuiteOptions } from '../figure.ts';

const sampleRateHz = 2000;
const frameS = 0.025;
const holdS = 1.5;
const restS = 0.7;
/** Of each gesture but rest. */
const repetitions = 8;
const recordingSeed = 30;

/**
 * Measures how long people wait for their gesture: from the sample at which the activation that they command passes half of
 * its final value to the newest sample of the first decision for that gesture, rejection included. A hold without any
 * counts as long as it lasted. What computing adds is in the suite `timing`; the speed's ramp is not in it.
 */
export async function benchOnset(options: SuiteOptions & { readonly decoder: DecoderName }): Promise<Report> {
  const people: { readonly seed: number; readonly onsetsMs: readonly number[]; readonly missed: number }[] =
    [];
  for (let index = 0; index < options.episodes; index++) {
    const seed = options.seed + index;
    const onsetsMs = await measureOnsets(seed, options.decoder);
    const missed = onsetsMs.filter((onset) => onset === undefined).length;
    const person = { seed, onsetsMs: onsetsMs.map((onset) => onset ?? 1000 * holdS), missed };
    people.push(person);
    options.onEpisode(person);
    options.onProgress(
      `${index + 1} of ${options.episodes}  person ${seed}: ${missed} of ${onsetsMs.length} missed`,
    );
  }
  const all = people.flatMap(({ onsetsMs }) => onsetsMs);
  const missed = people.reduce((sum, person) => sum + person.missed, 0);
  const figures = [
    ...latencyFigures('onset-to-decision', all, 'ms', { p50: 180, p99: 320 }),
    figure('onsets-later-than-320ms', all.filter((onset) => onset > 320).length / all.length, '1', {
      n: all.length,
    }),
    figure('onsets-missed', missed / all.length, '1', { n: all.length }),
  ];
  return makeReport('emg', options.seed, figures, { suite: 'onset', decoder: options.decoder, people });
}

/** Returns one time for each hold, undefined where it was never decided. */
async function measureOnsets(seed: number, decoder: DecoderName): Promise<readonly (number | undefined)[]> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  try {
    const file = join(folder, 'person.json');
    const calibrated = await calibrateSynthetic({ personSeed: seed, sampleRateHz }, defaultProtocol, {
      decoder,
    });
    await saveCalibration(file, calibrated);
    return await decodeHolds(seed, file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function decodeHolds(seed: number, file: string): Promise<readonly (number | undefined)[]> {
  const { calibration, model } = await loadCalibration(file);
  const forearm = new SyntheticForearm({ person: createVirtualPerson(seed), recordingSeed, sampleRateHz });
  const rng = new Rng(seed).fork('onsets');
  let decided: GestureName = 'rest';
  let atNs = 0n;
  const decoder = new GestureDecoder(
    calibration,
    model,
    (work) => work(),
    ({ decision, stampNs }) => {
      decided = decision.gesture;
      atNs = stampNs;
    },
  );
  const samplesUv = new Float32Array(Math.round(frameS * sampleRateHz) * forearm.channelCount);
  const pass = async (seconds: number, onFrame: () => void) => {
    for (let frame = 0; frame < Math.round(seconds / frameS); frame++) {
      const firstSample = forearm.sampleIndex;
      forearm.generate(samplesUv);
      const stampNs = BigInt(Math.round((firstSample / sampleRateHz) * 1e9));
      const { channelCount } = forearm;
      await decoder.push({ stampNs, firstSample, sampleRateHz, channelCount, samplesUv }).decoded;
      onFrame();
    }
  };
  const onsets: (number | undefined)[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const gesture of rng.shuffle(gestureNames.filter((name) => name !== 'rest'))) {
      forearm.perform('rest', 0);
      await pass(restS, () => undefined);
      const start = forearm.sampleIndex;
      forearm.perform(gesture, rng.range(...defaultProtocol.effort));
      // The blend is symmetric: half of the way is half of the time.
      const half = (start + forearm.transitionEndSample) / 2;
      let onsetMs: number | undefined;
      await pass(holdS, () => {
        const sinceMs = Number(atNs) / 1e6 - (1000 * half) / sampleRateHz;
        if (onsetMs === undefined && decided === gesture && sinceMs >= 0) onsetMs = sinceMs;
      });
      onsets.push(onsetMs);
    }
  }
  await model.dispose();
  return onsets;
}
