// A loop over what was seen: looks again at everything that the robot is no longer sure of.
// Run it with: npx efferent script launch/tasks/look-at-the-doubtful.ts
import { executeSkill, observe } from 'efferent';

await executeSkill('look', { target: 'table-top' });
for (const { id, confidence } of (await observe()).objects) {
  if (confidence > 0.95) continue;
  await executeSkill('look', { target: id });
  const again = (await observe()).objects.find((object) => object.id === id);
  console.log(`${id}: ${confidence.toFixed(2)}, now ${again?.confidence.toFixed(2) ?? 'gone'}`);
}
console.log('looked again at what was doubtful');
