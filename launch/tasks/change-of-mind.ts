// Says something else while the robot is on its way: the words decide whether the task changes or the next one waits.
// Run it with: npx efferent script launch/tasks/change-of-mind.ts
import { runTask, say } from 'efferent';

const replies: ReturnType<typeof say>[] = [];
const result = await runTask('go to the fridge', {
  onEvent: ({ kind }) => {
    if (kind !== 'step-start' || replies.length > 0) return;
    replies.push(say('no, to the table'), say('then look at the counter'));
  },
});
for (const reply of await Promise.all(replies)) console.log(`${reply.outcome}: ${reply.message}`);
console.log(result.message);
