import type { ObjectView, RelationView, RobotView } from './belief-view.ts';
import type { WorldMap } from './world-map.ts';

/** Gap between the sides of two things that are near each other, and how many such are named for one, m. */
const nearM = 0.15;
const mostNear = 3;

/** All edges: what never changes, where things are, and what is near what. */
export function relationViews(
  map: WorldMap,
  objects: readonly ObjectView[],
  robots: readonly RobotView[],
  nowS: number,
): readonly RelationView[] {
  const relations = [...map.relations];
  const bySupport = new Map<string, ObjectView[]>();
  for (const object of objects) {
    if (object.missing) continue;
    const { id, source, confidence } = object;
    const edge = { subject: id, confidence, stampS: nowS - object.ageS, source };
    if (object.relation !== 'unknown')
      relations.push({ ...edge, relation: object.relation, object: object.support });
    if (object.room !== '') relations.push({ ...edge, relation: 'inside-room', object: object.room });
    const others = bySupport.get(object.support);
    if (others === undefined) bySupport.set(object.support, [object]);
    else others.push(object);
  }
  for (const together of bySupport.values()) addNear(relations, together, nowS);
  for (const { name, positionM } of robots) {
    const room = map.roomAt(positionM[0], positionM[1]);
    const edge = { subject: name, relation: 'inside-room', confidence: 1, stampS: nowS } as const;
    if (room !== '') relations.push({ ...edge, object: room, source: 'detection' });
  }
  return relations;
}

/** Names, for each of some things on one support, the nearest of the others. */
function addNear(relations: RelationView[], together: readonly ObjectView[], nowS: number): void {
  const things = together
    .map((object) => ({ object, radiusM: Math.max(object.sizeM[0], object.sizeM[1]) / 2 }))
    .sort((a, b) => a.object.positionM[0] - b.object.positionM[0]);
  const widestM = Math.max(...things.map(({ radiusM }) => radiusM));
  for (const [index, { object, radiusM }] of things.entries()) {
    const [x, y] = object.positionM;
    const near: { readonly other: ObjectView; readonly gapM: number }[] = [];
    for (let next = index + 1; next < things.length; next++) {
      const { object: other, radiusM: otherM } = things[next]!;
      const dx = other.positionM[0] - x;
      if (dx > radiusM + widestM + nearM) break;
      if (Math.abs(other.positionM[1] - y) > radiusM + otherM + nearM) continue;
      const gapM = Math.hypot(dx, other.positionM[1] - y) - radiusM - otherM;
      if (gapM < nearM) near.push({ other, gapM });
    }
    near.sort((a, b) => a.gapM - b.gapM);
    for (const { other } of near.slice(0, mostNear))
      relations.push({
        subject: object.id,
        relation: 'near',
        object: other.id,
        confidence: object.confidence * other.confidence,
        stampS: nowS - Math.max(object.ageS, other.ageS),
        source: object.source,
      });
  }
}
