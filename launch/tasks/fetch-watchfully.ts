// Reckons with disturbances: follows the events of a task, and gives up in time when the world does not hold still.
// Run it with: npx efferent script launch/tasks/fetch-watchfully.ts
import { observe, runTask } from 'efferent';

const mostReplans = 2;
const troubles: string[] = [];
const giveUp = new AbortController();
const { success, message } = await runTask('put the apple in the bowl', {
  signal: giveUp.signal,
  onEvent: ({ kind, text }) => {
    if (kind !== 'replan') return;
    troubles.push(text);
    if (troubles.length > mostReplans) giveUp.abort();
  },
});
for (const trouble of troubles) console.log(`on the way: ${trouble}`);
const apple = (await observe()).objects.find((object) => object.class_name === 'apple');
console.log(success ? message : `${message} The apple was last ${apple?.relation} ${apple?.support}.`);
