import { type QuaternionXyzw, Transform, type Vector3 } from '@efferent/core';

interface Edge {
  readonly parent: string;
  readonly parentFromChild: Transform;
}

/** The part of a geometry_msgs/msg/TransformStamped that matters here. */
export interface StampedTransform {
  readonly header: { readonly frame_id: string };
  readonly child_frame_id: string;
  readonly transform: {
    readonly translation: { readonly x: number; readonly y: number; readonly z: number };
    readonly rotation: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
  };
}

/** Newest transform of every frame, from `/tf` and `/tf_static`. */
export class FrameTree {
  readonly #edges = new Map<string, Edge>();

  update(transforms: readonly StampedTransform[]): void {
    for (const { header, child_frame_id, transform } of transforms) {
      const { translation, rotation } = transform;
      const position: Vector3 = [translation.x, translation.y, translation.z];
      const quaternion: QuaternionXyzw = [rotation.x, rotation.y, rotation.z, rotation.w];
      this.#edges.set(child_frame_id, {
        parent: header.frame_id,
        parentFromChild: new Transform(position, quaternion),
      });
    }
  }

  /** Returns the transform from a frame's parent, or undefined when the frame is not known. */
  parentFrom(frame: string): Transform | undefined {
    return this.#edges.get(frame)?.parentFromChild;
  }

  has(frame: string): boolean {
    return this.#edges.has(frame);
  }

  /**
   * Returns the transform that maps points of `frame` into `root`, or undefined when no chain leads there.
   * Where the robot is not localised yet, `map` and `odom` are taken to coincide.
   */
  rootFrom(root: string, frame: string): Transform | undefined {
    let rootFromFrame = Transform.identity;
    let current = frame;
    for (let depth = 0; depth < 64; depth++) {
      if (current === root) return rootFromFrame;
      const edge = this.#edges.get(current);
      if (!edge) return current === 'odom' && root === 'map' ? rootFromFrame : undefined;
      rootFromFrame = edge.parentFromChild.multiply(rootFromFrame);
      current = edge.parent;
    }
    return undefined;
  }
}
