// `npm start`: installs what is missing, then runs `efferent start` on the pinned Node.
import { requireNode18 } from './setup/require-node.mjs';

requireNode18();
const { prepare } = await import('./setup/prepare.mjs');
const { runInPinnedNode } = await import('./setup/run.mjs');

const userArguments = process.argv.slice(2);
const setup = await prepare({ yes: userArguments.includes('--yes'), tests: false });
process.exitCode = await runInPinnedNode(
  ['packages/runtime/bin/run.mjs', 'packages/cli/src/main.ts', 'start', ...userArguments],
  { EFFERENT_SETUP: setup.summary },
);
