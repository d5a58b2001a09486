import { SignalChain, type SignalSettings } from '../signal/signal-chain.ts';
import type { EmgDataSet, Trial } from './data-set.ts';

/** One window of a trial. */
export interface TrialWindow {
  readonly gesture: string;
  readonly repetition: number;
  readonly session: string;
  /** `[feature, channel]`, order of `featureNames`. */
  readonly features: Float32Array;
}

/**
 * Windows of a person's trials by the signal chain that runs in the decoder, started anew for every trial.
 *
 * @param onWindowRms - gets the RMS of every channel, µV, for every window; valid during the call only
 */
export async function windowsOf(
  dataSet: EmgDataSet,
  person: string,
  signal: SignalSettings,
  onWindowRms: (channelRmsUv: Float32Array) => void,
): Promise<readonly TrialWindow[]> {
  const windows: TrialWindow[] = [];
  for (const session of dataSet.sessions) {
    if (session.person !== person) continue;
    for await (const trial of session.trials()) {
      cut(trial, signal, (features, channelRmsUv) => {
        onWindowRms(channelRmsUv);
        const { gesture, repetition } = trial;
        windows.push({ gesture, repetition, session: session.session, features: features.slice() });
      });
    }
  }
  return windows;
}

function cut(
  trial: Trial,
  signal: SignalSettings,
  onWindow: (features: Float32Array, channelRmsUv: Float32Array) => void,
): void {
  const chain = new SignalChain(signal);
  const { sampleRateHz, channelCount } = signal;
  const frame = { stampNs: 0n, firstSample: 0, sampleRateHz, channelCount, samplesUv: trial.samplesUv };
  chain.push(frame, () => {
    if (chain.isReady) onWindow(chain.features, chain.channelRmsUv);
  });
}
