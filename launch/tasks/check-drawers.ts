// Opens every drawer, has a look, and closes it again; skills are called one by one, without a planner.
// Run it with: npx efferent script launch/tasks/check-drawers.ts
import { executeSkill, observe } from 'efferent';

const { fixtures } = await observe();
for (const drawer of fixtures.filter((fixture) => fixture.kind === 'drawer')) {
  const opened = await executeSkill('open', { fixture: drawer.id });
  if (!opened.success) {
    console.log(`${drawer.id} stays closed: ${opened.message}`);
    continue;
  }
  await executeSkill('look', { target: drawer.id });
  const { objects } = await observe();
  const inside = objects.filter((object) => object.relation === 'in' && object.support === drawer.id);
  console.log(`${drawer.id}: ${inside.map((object) => object.class_name).join(', ') || 'nothing seen'}`);
  await executeSkill('close', { fixture: drawer.id });
}
