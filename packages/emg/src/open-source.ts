import { describeError, EfferentError, secondsToNs } from '@efferent/core';
import type { EmgSource } from './emg-source.ts';
import type { EmgSourceContext, EmgSourceKind, SourceSettings } from './emg-source-kind.ts';

/** A source that was not found is looked for again after this long, s. */
const retryS = 1;

/**
 * Opens a source, again and again until it is found; why it was not is reported as the link's reason.
 *
 * @returns undefined when `context.signal` ended the search
 * @throws {@link ConfigurationError} when the settings are wrong: trying again would not help
 */
export async function openSource(
  kind: EmgSourceKind,
  settings: SourceSettings,
  context: EmgSourceContext,
): Promise<EmgSource | undefined> {
  while (!context.signal.aborted) {
    try {
      return await kind.open(settings, context);
    } catch (error) {
      if (context.signal.aborted) return undefined;
      if (!(EfferentError.isInstance(error) && error.family === 'hardware')) throw error;
      context.onLink({ state: 'connecting', reason: describeError(error) });
      await waitOnce(context);
    }
  }
  return undefined;
}

function waitOnce({ every, signal }: EmgSourceContext): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = every(secondsToNs(retryS), done);
    signal.addEventListener('abort', done, { once: true });
  });
}
