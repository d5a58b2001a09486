/** A stream that ended before it said that it was complete. */
export class StreamCut extends Error {
  constructor() {
    super('its answer ended in the middle');
  }
}

/** Tells whether the bytes stopped coming in the middle of an answer. */
export function isConnectionLoss(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof StreamCut || (cause instanceof TypeError && cause.message === 'terminated'))
      return true;
  return false;
}
