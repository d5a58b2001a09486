import type { MessageTypes } from '@efferent/interfaces';

export type Marker = MessageTypes['visualization_msgs/msg/Marker'];

/** Numbers of visualization_msgs/msg/Marker. */
export const markerType = {
  cube: 1,
  sphere: 2,
  cylinder: 3,
  lineStrip: 4,
  lineList: 5,
  text: 9,
  triangleList: 11,
} as const;

const action = { add: 0, delete: 2, deleteAll: 3 } as const;

/** What must change on screen after one MarkerArray. */
export interface MarkerChanges {
  readonly changed: ReadonlyMap<string, Marker>;
  readonly removed: readonly string[];
}

/** Applies the add, delete and delete-all actions of MarkerArray messages. */
export class MarkerStore {
  readonly #markers = new Map<string, Marker>();

  get markers(): ReadonlyMap<string, Marker> {
    return this.#markers;
  }

  apply(markers: readonly Marker[]): MarkerChanges {
    const changed = new Map<string, Marker>();
    const removed = new Set<string>();
    for (const marker of markers) {
      const key = `${marker.ns} ${marker.id}`;
      if (marker.action === action.deleteAll) {
        for (const known of this.#markers.keys()) removed.add(known);
        this.#markers.clear();
        changed.clear();
      } else if (marker.action === action.delete) {
        if (this.#markers.delete(key)) removed.add(key);
        changed.delete(key);
      } else {
        this.#markers.set(key, marker);
        changed.set(key, marker);
        removed.delete(key);
      }
    }
    return { changed, removed: [...removed] };
  }
}
