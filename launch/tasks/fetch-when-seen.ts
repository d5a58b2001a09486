// Looks for something to eat, and puts what it found into the bowl: a loop over what the robot believes.
// Run it with: npx efferent script launch/tasks/fetch-when-seen.ts
import { observe, runTask } from 'efferent';

const wanted = ['apple', 'banana', 'orange'];
/** How sure the robot must be that a thing is where it was seen. */
const sureEnough = 0.5;

for (const thing of wanted) {
  const search = await runTask(`find the ${thing}`);
  if (!search.success) continue;
  const belief = await observe();
  const seen = belief.objects.find(
    (object) => object.class_name === thing && object.confidence >= sureEnough,
  );
  if (seen === undefined || seen.support.startsWith('bowl')) continue;
  const { success, message } = await runTask(`put the ${thing} in the bowl`);
  if (!success) console.log(`left the ${thing} where it is: ${message}`);
  break;
}
