const blockBytes = 65_536;
/** Messages from this size up get memory of their own, so that keeping a large one keeps nothing else. */
const ownFromBytes = 8192;

/** Memory that one message is written into; `offset` is 4 past a multiple of 8, so that its payload is on one. */
export interface MessageSpace {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  offset: number;
}

let block = newSpace(blockBytes);
const reused = newSpace(blockBytes);
/** Room for one large transient message, until garbage is collected: a picture after the other is written into it. */
let largeReused: WeakRef<MessageSpace> | undefined;
/** The last transient message; the next one of its length is the same bytes. */
let lastTransient = new Uint8Array(reused.bytes.buffer, reused.offset, 0);

/**
 * Returns room for `bytes`; {@link finishMessage} gives back what was not used.
 *
 * @param isTransient - the message is done with before the next one: always the same memory, which stays in the cache
 */
export function reserveMessage(bytes: number, isTransient: boolean): MessageSpace {
  if (isTransient) return bytes <= blockBytes - 4 ? reused : reserveLarge(bytes + 4);
  if (bytes >= ownFromBytes) return newSpace(bytes + 4);
  if (block.offset + bytes > blockBytes) block = newSpace(blockBytes);
  return block;
}

/** Returns the message that was written from `space.offset` to `end`. */
export function finishMessage(space: MessageSpace, end: number): Uint8Array<ArrayBuffer> {
  const start = space.offset;
  if (space === reused) {
    if (lastTransient.length !== end - start)
      lastTransient = new Uint8Array(space.bytes.buffer, start, end - start);
    return lastTransient;
  }
  space.offset = ((end + 3) & -8) + 4;
  return new Uint8Array(space.bytes.buffer, start, end - start);
}

function reserveLarge(bytes: number): MessageSpace {
  let space = largeReused?.deref();
  if (space === undefined || space.bytes.length < bytes) {
    space = newSpace(bytes);
    largeReused = new WeakRef(space);
  }
  space.offset = 4;
  return space;
}

function newSpace(bytes: number): MessageSpace {
  const buffer = new ArrayBuffer(bytes);
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer), offset: 4 };
}
