import type { Rng } from '@efferent/core';

/** What becomes of a packet on its way: the pieces that arrive, in order. */
export type WireFault = (packet: Uint8Array) => readonly Uint8Array[];

/** Nothing happens to it. */
export const unharmed: WireFault = (packet) => [packet];

/** Faults by name, each with its own chance drawn from `rng`. */
export const wireFaults = {
  /** Pieces of any size, down to one byte. */
  split:
    (rng: Rng): WireFault =>
    (packet) =>
      pieces(packet, rng),
  /** One packet in ten never arrives. */
  lose:
    (rng: Rng): WireFault =>
    (packet) =>
      rng.chance(0.1) ? [] : [packet],
  /** One packet in ten arrives twice. */
  repeat:
    (rng: Rng): WireFault =>
    (packet) =>
      rng.chance(0.1) ? [packet, packet] : [packet],
  /** One packet in ten is kept back and arrives with the next. */
  delay: (rng: Rng): WireFault => {
    let kept: Uint8Array[] = [];
    return (packet) => {
      const arriving = [...kept, packet];
      kept = rng.chance(0.1) ? arriving : [];
      return kept.length === 0 ? arriving : [];
    };
  },
  /** One packet in ten loses some of its bytes, never a multiple of a row. */
  truncate:
    (rng: Rng): WireFault =>
    (packet) =>
      rng.chance(0.1) ? [packet.subarray(0, packet.length - 1 - Math.floor(rng.range(0, 30)))] : [packet],
  /** Every pair of bytes is turned round. */
  swap: (): WireFault => (packet) => [packet.slice().map((_, i) => packet[i ^ 1] ?? 0)],
};

function pieces(packet: Uint8Array, rng: Rng): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < packet.length; ) {
    // Small pieces as often as large ones.
    const size = Math.ceil(2 ** rng.range(0, 13));
    found.push(packet.subarray(at, at + size));
    at += size;
  }
  return found;
}
