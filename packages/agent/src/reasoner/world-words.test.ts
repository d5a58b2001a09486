import { expect, test } from 'vitest';
import { everydayObjects, kitchenView } from '../testing/kitchen-view.ts';
import { wordsOf } from './world-words.ts';

test('views of one world share their words until a thing of another class is seen', () => {
  const before = kitchenView(everydayObjects());
  const later = { ...before, timeS: before.timeS + 1 };
  expect(wordsOf(later)).toBe(wordsOf(before));
  const unknown = wordsOf(before).named('put the gizmo in the drawer').unknown;
  expect(unknown).toEqual(['the gizmo']);
  const gizmo = { ...before.objects[0]!, id: 'gizmo-1', className: 'gizmo' };
  const seen = wordsOf({ ...before, objects: [...before.objects, gizmo] });
  expect(seen.named('put the gizmo in the drawer').unknown).toEqual([]);
  expect(wordsOf({ ...before }).named('put the gizmo in the drawer').unknown).toEqual(['the gizmo']);
});
