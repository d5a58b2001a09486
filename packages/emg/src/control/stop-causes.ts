import { type DecodingFault, decodingFaults } from '../decoder/decoding-fault.ts';
import type { EmgLink } from '../emg-source.ts';
import type { GestureName } from '../gestures.ts';
import { type GestureMapping, gesturesOf } from './gesture-mapping.ts';
import { HoldDetector } from './hold-detector.ts';

/** Why the robot has to stop: until that is over, or `lock`ed until the person re-arms. */
export interface StopCause {
  readonly kind: 'stop' | 'lock';
  /** One sentence. */
  readonly reason: string;
}

/** Finds what has to stop the robot: a fault of signal or decoder, a decoder that does not fit the mapping, or the person's wish. */
export class StopCauses {
  readonly #mapping: GestureMapping;
  readonly #runstopHold = new HoldDetector();
  #link: EmgLink | undefined;
  #missing: readonly GestureName[] = [];

  constructor(mapping: GestureMapping) {
    this.#mapping = mapping;
  }

  /** Takes how the link to the sleeve fares. */
  observeLink(link: EmgLink): void {
    this.#link = link;
  }

  /** Takes the classes that the decoder tells apart. */
  observeClasses(names: readonly string[]): void {
    this.#missing = gesturesOf(this.#mapping).filter((gesture) => !names.includes(gesture));
  }

  /** Why there are no samples. */
  get silence(): string {
    const link = this.#link;
    const isUp = link === undefined || link.state === 'connected';
    return isUp ? decodingFaults['no-frames'] : `the sleeve is ${link.state}: ${link.reason}`;
  }

  /**
   * Takes a decision. @returns what stops the robot now
   *
   * @param isLocked - the runstop gesture then changes nothing
   */
  find(
    fault: DecodingFault,
    gesture: GestureName | undefined,
    isLocked: boolean,
    nowNs: bigint,
  ): StopCause | undefined {
    this.#runstopHold.update(gesture, nowNs);
    if (fault === 'co-activation') return { kind: 'lock', reason: decodingFaults[fault] };
    if (fault === 'no-frames') return { kind: 'stop', reason: this.silence };
    if (fault !== '') return { kind: 'stop', reason: decodingFaults[fault] };
    if (this.#missing.length > 0) {
      const names = this.#missing.join(', ');
      return { kind: 'stop', reason: `the decoder does not know ${names}, which the mapping uses` };
    }
    const { runstop } = this.#mapping;
    if (runstop === undefined || isLocked) return undefined;
    if (!this.#runstopHold.firesFor(runstop.gesture, runstop.holdS, nowNs)) return undefined;
    return { kind: 'lock', reason: `stopped by ${runstop.gesture}` };
  }
}
