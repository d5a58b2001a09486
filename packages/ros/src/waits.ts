import { MiddlewareError } from '@efferent/core/errors';
import type { SchedulingClock } from './executor.ts';
import type { WaitOptions } from './port.ts';

type Abort = (reason: string) => void;

/** Everything that somebody waits for on one node; ends all of it when the node goes. */
export class Waits {
  readonly #open = new Set<Abort>();

  /**
   * Waits for something with a limit.
   *
   * @param what - ends the sentence "… for", e.g. `a reply of /gate/take_over`; may be a function, asked on failure
   * @param begin - starts the work and returns how to give it up
   * @returns what `begin` resolves with
   * @throws {@link MiddlewareError} code `timeout` or `aborted`
   */
  wait<T>(
    clock: SchedulingClock,
    options: WaitOptions,
    what: string | (() => string),
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { signal, timeoutMs } = options;
      let giveUp: (() => void) | undefined;
      let isOver = false;
      const end = () => {
        isOver = true;
        cancelAlarm();
        signal?.removeEventListener('abort', onSignal);
        this.#open.delete(abort);
        giveUp?.();
      };
      const fail = (code: string, text: string) => {
        const name = typeof what === 'string' ? what : what();
        end();
        reject(new MiddlewareError({ code, message: `${text} for ${name}`, fields: { timeoutMs } }));
      };
      const abort: Abort = (reason) => fail('aborted', `${reason} while waiting`);
      const onSignal = () => abort('was told to stop');
      const cancelAlarm = clock.setAlarm(clock.nowNs() + BigInt(Math.round(timeoutMs * 1e6)), () =>
        fail('timeout', `waited ${timeoutMs} ms`),
      );
      this.#open.add(abort);
      if (signal?.aborted === true) return onSignal();
      signal?.addEventListener('abort', onSignal);
      try {
        giveUp = begin(
          (value) => {
            if (isOver) return;
            end();
            resolve(value);
          },
          (error) => {
            if (isOver) return;
            end();
            reject(error);
          },
        );
        if (isOver) giveUp();
      } catch (error) {
        end();
        reject(error);
      }
    });
  }

  /** Ends every wait with code `aborted`. */
  abortAll(reason: string): void {
    for (const abort of [...this.#open]) abort(reason);
  }
}
