import type { Transform, Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  type MapArticulation,
  type PriorMap,
} from '@efferent/robot';

/** A knob is gripped this far out from its middle, so that open fingers stay clear of the front, m. */
const knobOutwardsM = 0.006;
/** The pads open this much wider than the handle, m. */
const openingMarginM = 0.05;

/** Where the handle of a drawer or door is as it moves, map frame. Positions are of the joint, m or rad. */
export class Handle {
  readonly articulation: MapArticulation;
  readonly #map: PriorMap;

  constructor(map: PriorMap, articulation: MapArticulation) {
    this.#map = map;
    this.articulation = articulation;
  }

  /** Its middle, m. */
  pointAt(position: number): Vector3 {
    return this.#mapFromPart(position).apply(this.articulation.handle.positionM);
  }

  /** Where the hand grips it, m. */
  gripPoint(position: number): Vector3 {
    const { handle } = this.articulation;
    const outM = handle.shape === 'bar' ? 0 : knobOutwardsM;
    return this.#mapFromPart(position).apply([
      handle.positionM[0] - outM * handle.approach[0],
      handle.positionM[1] - outM * handle.approach[1],
      handle.positionM[2] - outM * handle.approach[2],
    ]);
  }

  /** The heading in which the hand comes to it, rad. */
  approachHeading(position: number): number {
    const { positionM, approach } = this.articulation.handle;
    const part = this.#mapFromPart(position);
    const at = part.apply(positionM);
    const ahead = part.apply([
      positionM[0] + approach[0],
      positionM[1] + approach[1],
      positionM[2] + approach[2],
    ]);
    return Math.atan2(ahead[1] - at[1], ahead[0] - at[0]);
  }

  /** Joint positions on a way, the end included; the handle moves about `stepM` from one to the next. */
  positions(from: number, to: number, stepM: number): readonly number[] {
    const count = Math.max(1, Math.ceil((Math.abs(to - from) * this.#travelM()) / stepM));
    return Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 1)) / count);
  }

  /** The joint position at which the handle would be nearest to the hand, and how far away it would be, m. */
  nearestPosition(toolM: Vector3): { readonly position: number; readonly awayM: number } {
    const [low, high] = this.articulation.range;
    let best = { position: low, awayM: Number.POSITIVE_INFINITY };
    for (let step = 0; step <= 100; step++) {
      const position = low + ((high - low) * step) / 100;
      const at = this.gripPoint(position);
      const awayM = Math.hypot(at[0] - toolM[0], at[1] - toolM[1], at[2] - toolM[2]);
      if (awayM < best.awayM) best = { position, awayM };
    }
    return best;
  }

  /** What the pads close on, m. */
  get gripM(): number {
    const { shape, sizeM } = this.articulation.handle;
    return shape === 'bar' ? sizeM[0] : Math.max(sizeM[0], sizeM[1]);
  }

  /** How far the hand is open when it comes to the handle, m. */
  get openM(): number {
    return this.gripM + openingMarginM;
  }

  #mapFromPart(position: number): Transform {
    return furnitureTransform(this.#map, this.articulation.furnitureId).multiply(
      articulationTransform(this.articulation, position),
    );
  }

  /** How far the handle moves with one unit of the joint, m. */
  #travelM(): number {
    const { joint, handle, originM } = this.articulation;
    if (joint === 'prismatic') return 1;
    return Math.hypot(handle.positionM[0] - originM[0], handle.positionM[1] - originM[1]);
  }
}
