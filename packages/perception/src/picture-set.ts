import type { MessageTypes } from '@efferent/interfaces';

type Image = MessageTypes['sensor_msgs/msg/Image'];
export type PictureKind = 'color' | 'depth' | 'segmentation';

/** Pictures of one instant. */
export interface CompleteSet {
  readonly depth: Image;
  readonly color?: Image;
  readonly segmentation?: Image;
}

/** Joins pictures of several topics that carry the same stamp; keeps only the newest of each. */
export class PictureSet {
  readonly #needed: readonly PictureKind[];
  readonly #newest: Partial<Record<PictureKind, Image>> = {};

  constructor(needed: readonly PictureKind[]) {
    this.#needed = needed;
  }

  /** Takes in a picture; returns the set when this one completes it. */
  add(kind: PictureKind, image: Image): CompleteSet | undefined {
    this.#newest[kind] = image;
    for (const other of this.#needed) {
      const stamp = this.#newest[other]?.header.stamp;
      if (stamp?.sec !== image.header.stamp.sec || stamp.nanosec !== image.header.stamp.nanosec)
        return undefined;
    }
    const { depth, color, segmentation } = this.#newest;
    return depth && { depth, ...(color && { color }), ...(segmentation && { segmentation }) };
  }
}
