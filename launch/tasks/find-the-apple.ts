// The simplest task script: one instruction, and what to do when it did not work.
// Run it with: npx efferent script launch/tasks/find-the-apple.ts
import { runTask } from 'efferent';

const { success, outcome, message } = await runTask('find the apple');
console.log(success ? message : `did not work (${outcome}): ${message}`);
