// `npm test`: installs what is missing, then runs every check and test on the pinned Node.
import { requireNode18 } from './setup/require-node.mjs';

requireNode18();
const { prepare } = await import('./setup/prepare.mjs');
const { runInPinnedNode } = await import('./setup/run.mjs');

const userArguments = process.argv.slice(2);
await prepare({ yes: userArguments.includes('--yes'), tests: true });
process.exitCode = await runInPinnedNode(
  ['scripts/run-tests.ts', ...userArguments.filter((each) => each !== '--yes')],
  {},
);
