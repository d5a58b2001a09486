// Asks the belief instead of the robot's body: what lies where, and which doors nobody has looked behind.
// Run it with: npx efferent script launch/tasks/what-is-where.ts
import { executeSkill, observe } from 'efferent';

await executeSkill('look', { target: 'table-top' });
const { objects, fixtures } = await observe();
for (const place of new Set(objects.map((object) => object.support))) {
  const there = objects.filter((object) => object.support === place);
  console.log(`${place || 'somewhere'}: ${there.map((object) => object.class_name).join(', ')}`);
}
const closed = fixtures.filter((fixture) => fixture.state !== 'fixed' && !fixture.contents_known);
console.log(`not looked into: ${closed.map((fixture) => fixture.id).join(', ') || 'nothing'}`);
