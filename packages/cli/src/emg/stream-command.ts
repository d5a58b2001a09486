import { EmgMeter, wallTicker } from '@efferent/emg';
import { runUntilSignal } from '../signals.ts';
import { Terminal } from '../terminal.ts';
import { printLink, type SourceOptions, withSource } from './emg-session.ts';

export interface StreamOptions extends SourceOptions {
  readonly json?: boolean;
}

/** `efferent emg stream`: shows what comes from a source. */
export async function runEmgStream(options: StreamOptions): Promise<void> {
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  await runUntilSignal(async (signal) => {
    let meter: EmgMeter | undefined;
    let state = 'connecting';
    const ticker = wallTicker(1_000_000_000n, () => {
      if (meter === undefined) return;
      if (options.json === true) printJson(state, meter);
      else terminal.row('samples', meterText(meter));
    });
    try {
      await withSource(
        options,
        {
          onOpen: (description) => {
            const { id, channelCount, sampleRateHz } = description;
            terminal.row(id, `${channelCount} channels at ${sampleRateHz} Hz`);
            meter = new EmgMeter(description);
          },
          onFrame: (frame) => meter?.push(frame),
          onLink: (link) => {
            state = link.state;
            printLink(terminal, link);
          },
        },
        signal,
      );
    } finally {
      ticker.cancel();
    }
  });
}

/** One line about what came: how much, what was lost, and how strong the channels are. */
export function meterText(meter: EmgMeter): string {
  const counts = `${meter.samples} came, ${meter.lostSamples} lost`;
  const rms = meter.channelRmsUv;
  if (rms === undefined) return counts;
  const sorted = [...rms].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(1);
  return `${counts} · RMS ${at(0)} to ${at(1)} µV, median ${at(0.5)} µV`;
}

function printJson(state: string, { samples, lostSamples, channelRmsUv }: EmgMeter): void {
  const rmsUv = [...(channelRmsUv ?? [])].map((value) => Math.round(value * 10) / 10);
  process.stdout.write(`${JSON.stringify({ state, samples, lostSamples, rmsUv })}\n`);
}
