// Tries again until a condition on the belief holds, a bounded number of times.
// Run it with: npx efferent script launch/tasks/look-until-sure.ts
import { executeSkill, observe } from 'efferent';

const wanted = 'bowl';
const surelySeen = async () =>
  (await observe()).objects.find((object) => object.class_name === wanted && object.confidence > 0.9);

const places = ['table-top', 'counter-top', 'table-top'];
let seen = await surelySeen();
for (const target of places) {
  if (seen !== undefined) break;
  await executeSkill('look', { target });
  seen = await surelySeen();
}
console.log(
  seen === undefined ? `no ${wanted} anywhere` : `the ${wanted} is ${seen.relation} ${seen.support}`,
);
