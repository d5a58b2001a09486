import { LanguageModelError } from '@efferent/core';

/** Longest answer of a server that is read, bytes: a hundred times the longest plan. */
export const defaultMaxReplyBytes = 4 * 1024 * 1024;

/**
 * Makes a `fetch` that reads no more of an answer than it should.
 *
 * @param maxBytes - of the body, as decoded
 * @returns rejects, or errors the body, with a {@link LanguageModelError} code `reply-too-long`
 */
export function cappedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    let bytes = 0;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) controller.error(tooLong(maxBytes));
        else controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
  };
}

const tooLong = (maxBytes: number): LanguageModelError =>
  new LanguageModelError({
    code: 'reply-too-long',
    message: `its answer is longer than ${maxBytes} bytes; reading it was given up`,
    fields: { maxBytes },
  });
