import { VirtualClock } from '@efferent/core';
import type { EmgFrame, EmgLink } from '../emg-source.ts';
import type { EmgSourceContext } from '../emg-source-kind.ts';
import type { SampleSupply } from './emulated-rows.ts';

/** Time, link and frames of a source under test; time stands still but for {@link DeviceRig.pass}. */
export class DeviceRig {
  readonly clock = new VirtualClock(1_000_000_000_000n);
  readonly links: EmgLink[] = [];
  readonly frames: EmgFrame[] = [];
  readonly #timers = new Set<{ readonly periodNs: bigint; nextNs: bigint; readonly callback: () => void }>();
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];

  readonly every = (periodNs: bigint, callback: () => void) => {
    const timer = { periodNs, nextNs: this.clock.nowNs() + periodNs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  };

  readonly context: EmgSourceContext = {
    clock: this.clock,
    steadyClock: this.clock,
    every: this.every,
    onLink: (link) => {
      this.links.push(link);
      this.notice();
    },
    signal: new AbortController().signal,
  };

  readonly onFrame = (frame: EmgFrame) => {
    this.frames.push({ ...frame, samplesUv: frame.samplesUv.slice() });
    this.notice();
  };

  /** Resolves as soon as a link, a frame or an event makes it true. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isMet, resolve }));
  }

  /** Something may have come true. */
  readonly notice = (): void => {
    const met = this.#waiting.filter(({ isMet }) => isMet());
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting));
    for (const { resolve } of met) resolve();
  };

  /** Resolves when the link has come to a state since {@link DeviceRig.links} had `since` of them. */
  async link(state: EmgLink['state'], since = 0): Promise<EmgLink> {
    const find = () => this.links.slice(since).find((link) => link.state === state);
    await this.until(() => find() !== undefined);
    return find() as EmgLink;
  }

  /** Lets time pass and fires what is due, in order. */
  pass(durationS: number): void {
    const endNs = this.clock.nowNs() + BigInt(Math.round(durationS * 1e9));
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => Number(a.nextNs - b.nextNs));
      if (next === undefined || next.nextNs > endNs) break;
      this.clock.advanceTo(next.nextNs);
      next.nextNs += next.periodNs;
      next.callback();
    }
    this.clock.advanceTo(endNs);
  }

  /** Samples of a channel, µV, in the order they came. */
  channel(channel: number): readonly number[] {
    return this.frames.flatMap(({ samplesUv, channelCount }) =>
      Array.from(
        { length: samplesUv.length / channelCount },
        (_, row) => samplesUv[row * channelCount + channel] as number,
      ),
    );
  }

  /** Index of every sample that came. */
  indices(): readonly number[] {
    return this.frames.flatMap(({ firstSample, samplesUv, channelCount }) =>
      Array.from({ length: samplesUv.length / channelCount }, (_, row) => firstSample + row),
    );
  }
}

/** A supply whose every sample tells its channel and index: `10 * index + channel / 10`, wrapped at 5 mV. */
export function tellingSupply(channelCount: number): SampleSupply {
  let index = 0;
  return {
    channelCount,
    generate(samplesUv) {
      for (let i = 0; i < samplesUv.length; i++) {
        const channel = i % channelCount;
        samplesUv[i] = tellingUv(index, channel);
        if (channel === channelCount - 1) index += 1;
      }
    },
  };
}

/** What {@link tellingSupply} gives, µV. */
export function tellingUv(index: number, channel: number): number {
  return ((10 * index) % 5000) + channel;
}
