import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createVirtualPerson,
  type DecoderName,
  defaultProtocol,
  defaultSignalSettings,
  fitCalibration,
  GestureDecoder,
  gestureNames,
  loadCalibration,
  recordPrompts,
  SyntheticForearm,
  saveCalibration,
} from '@efferent/emg';
import { figure, latencyFigures, makeReport, type Report, type SuiteOptions } from '../figure.ts';

const sampleRateHz = 4000;
const frameS = 0.025;
const holdS = 1;
/** Every gesture twice: the first round warms the compiler. */
const rounds = 2;
const fitMostS = 2;

/**
 * Measures what decoding costs at 64 channels and 4 kHz: from handing over the frame with a window's last sample to the
 * decision, and how many such streams one core decodes in real time; and how long fitting to a whole calibration takes.
 */
export async function benchTiming(
  options: SuiteOptions & { readonly decoder: DecoderName },
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  try {
    options.onProgress(`person ${options.seed} is calibrated`);
    const file = join(folder, 'person.json');
    const { calibration: fitted, fitS } = await calibrate(options.seed, options.decoder);
    await saveCalibration(file, fitted);
    const frames = record(options.seed);
    options.onProgress(`${((frames.length * frameS) / rounds).toFixed(0)} s of signal are decoded`);
    const { calibration, model } = await loadCalibration(file);
    const latenciesMs: number[] = [];
    let startMs = 0;
    const decoder = new GestureDecoder(
      calibration,
      model,
      (work) => work(),
      () => {
        latenciesMs.push(performance.now() - startMs);
      },
    );
    let cpuS = 0;
    for (const [index, samplesUv] of frames.entries()) {
      if (index === frames.length / rounds) {
        latenciesMs.length = 0;
        cpuS = process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
      }
      startMs = performance.now();
      const firstSample = index * Math.round(frameS * sampleRateHz);
      const stampNs = BigInt(Math.round(index * frameS * 1e9));
      const channelCount = calibration.signal.channelCount;
      await decoder.push({ stampNs, firstSample, sampleRateHz, channelCount, samplesUv }).decoded;
    }
    cpuS = process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 - cpuS;
    await model.dispose();
    const isLda = options.decoder === 'lda';
    const signalS = (frames.length / rounds) * frameS;
    return makeReport(
      'emg',
      options.seed,
      [
        ...latencyFigures('window-to-decision', latenciesMs, 'ms', { p99: 5 }),
        // Others than the LDA are reported.
        figure('streams-per-core', signalS / cpuS, '1', isLda ? { target: ['>=', 40] } : {}),
        figure('fit', fitS, 's', isLda ? { target: ['<=', fitMostS] } : {}),
      ],
      {
        suite: 'timing',
        decoder: options.decoder,
        channels: calibration.signal.channelCount,
        sampleRateHz,
        signalS,
        cpuS,
      },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Records the usual calibration and measures how long fitting to it takes, wall time. */
async function calibrate(seed: number, decoder: DecoderName) {
  const person = createVirtualPerson(seed);
  const forearm = new SyntheticForearm({ person, recordingSeed: 1, sampleRateHz });
  const settings = defaultSignalSettings(sampleRateHz, forearm.channelCount);
  const windows = recordPrompts(forearm, settings, defaultProtocol);
  const startMs = performance.now();
  const calibration = await fitCalibration('timing', settings, windows, { decoder });
  return { calibration, fitS: (performance.now() - startMs) / 1000 };
}

/** Records firm holds of every gesture: while a forearm is silent the model does not run. */
function record(seed: number): readonly Float32Array[] {
  const person = createVirtualPerson(seed);
  const forearm = new SyntheticForearm({ person, recordingSeed: 2, sampleRateHz });
  const frameSamples = Math.round(frameS * sampleRateHz);
  const once = gestureNames.flatMap((gesture) => {
    forearm.perform(gesture, 0.5);
    return Array.from({ length: Math.round(holdS / frameS) }, () => {
      const samplesUv = new Float32Array(frameSamples * forearm.channelCount);
      forearm.generate(samplesUv);
      return samplesUv;
    });
  });
  return Array.from({ length: rounds }, () => once).flat();
}
