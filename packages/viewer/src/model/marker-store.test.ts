import { codecOf } from '@efferent/interfaces';
import { describe, expect, it } from 'vitest';
import { type Marker, MarkerStore } from './marker-store.ts';

const marker = (fields: object) => codecOf('visualization_msgs/msg/Marker').complete(fields) as Marker;

describe('MarkerStore', () => {
  it('adds, replaces and deletes by namespace and id', () => {
    const store = new MarkerStore();
    store.apply([marker({ ns: 'apple', id: 0 }), marker({ ns: 'bowl', id: 0 })]);
    const { changed, removed } = store.apply([
      marker({ ns: 'apple', id: 0, action: 2 }),
      marker({ ns: 'bowl', id: 0, type: 2 }),
    ]);
    expect([...changed.keys()]).toEqual(['bowl 0']);
    expect(removed).toEqual(['apple 0']);
    expect(store.markers.get('bowl 0')?.type).toBe(2);
  });

  it('starts over on delete-all and keeps what the same message adds after it', () => {
    const store = new MarkerStore();
    store.apply([marker({ ns: 'a', id: 0 }), marker({ ns: 'b', id: 0 })]);
    const { changed, removed } = store.apply([marker({ action: 3 }), marker({ ns: 'b', id: 0 })]);
    expect(removed).toEqual(['a 0']);
    expect([...changed.keys()]).toEqual(['b 0']);
    expect([...store.markers.keys()]).toEqual(['b 0']);
  });
});
