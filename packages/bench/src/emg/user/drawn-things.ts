import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';

type Marker = MessageTypes['visualization_msgs/msg/Marker'];

/** Action DELETE of visualization_msgs/msg/Marker. */
const deleteAction = 2;

/** One thing as the page draws it, in `map`. */
export interface DrawnThing {
  /** Where its first solid is. */
  readonly pose: Transform;
  /** Corners of its bounds along the axes of `map`, m. */
  readonly lowM: Vector3;
  readonly highM: Vector3;
  /** The middle of the bounds, m. */
  readonly centerM: Vector3;
}

/** What `/scene/markers` makes the viewer draw: the solids of everything in the room, by the thing's name. */
export class DrawnThings {
  readonly #solids = new Map<string, Map<number, Marker>>();

  apply(markers: readonly Marker[]): void {
    for (const marker of markers) {
      const solids = this.#solids.get(marker.ns) ?? new Map<number, Marker>();
      if (marker.action === deleteAction) solids.delete(marker.id);
      else solids.set(marker.id, marker);
      if (solids.size > 0) this.#solids.set(marker.ns, solids);
      else this.#solids.delete(marker.ns);
    }
  }

  /** Names of what is drawn. */
  get names(): readonly string[] {
    return [...this.#solids.keys()];
  }

  /** @returns undefined for a name that is not drawn */
  thing(name: string): DrawnThing | undefined {
    const solids = [...(this.#solids.get(name)?.values() ?? [])];
    return solids.length === 0 ? undefined : boundsOf(solids);
  }

  /** One solid of a thing, by its number: the handle of a door is its last one. */
  solid(name: string, index: number): DrawnThing | undefined {
    const solids = [...(this.#solids.get(name)?.values() ?? [])].sort((a, b) => a.id - b.id);
    const found = solids.at(index);
    return found === undefined ? undefined : boundsOf([found]);
  }
}

function boundsOf(solids: readonly Marker[]): DrawnThing {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const marker of solids) {
    const pose = poseOf(marker);
    const half: Vector3 = [marker.scale.x / 2, marker.scale.y / 2, marker.scale.z / 2];
    for (let corner = 0; corner < 8; corner++) {
      const signed = half.map((h, axis) => ((corner >> axis) & 1 ? h : -h)) as unknown as Vector3;
      pose.apply(signed).forEach((value, axis) => {
        low[axis] = Math.min(low[axis] as number, value);
        high[axis] = Math.max(high[axis] as number, value);
      });
    }
  }
  const lowM = low as unknown as Vector3;
  const highM = high as unknown as Vector3;
  return {
    pose: poseOf(solids[0] as Marker),
    lowM,
    highM,
    centerM: [(lowM[0] + highM[0]) / 2, (lowM[1] + highM[1]) / 2, (lowM[2] + highM[2]) / 2],
  };
}

function poseOf({ pose: { position: p, orientation: q } }: Marker): Transform {
  return new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]);
}
