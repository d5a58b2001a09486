// Puts every toy that the robot sees into the bowl.
// Run it with: npx efferent script tasks/tidy-toys.ts --lockstep
import { executeSkill, observe, runTask } from 'efferent';

const toys = ['ball', 'block'];

await executeSkill('look', { target: 'table' });
const { objects } = await observe();
const seen = toys.filter((toy) => objects.some((object) => object.class_name === toy));
console.log(`toys on the table: ${seen.join(', ') || 'none'}`);

let tidied = 0;
for (const toy of seen) {
  const { success, message } = await runTask(`put the ${toy} in the bowl`);
  if (success) tidied += 1;
  else console.log(`left the ${toy} where it is: ${message}`);
}
console.log(`tidied ${tidied} of ${seen.length}`);
