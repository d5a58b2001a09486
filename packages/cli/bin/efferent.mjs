#!/usr/bin/env node
// The `efferent` command for any Node: the code itself needs the pinned Node 24, which runs TypeScript directly.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const pinnedNode = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
// Compiled code is kept between starts, which halves the time of the next one.
const compileCache = fileURLToPath(new URL('../../../.efferent/compile-cache', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(process.env.NODE_COMPILE_CACHE ?? compileCache);
  await import(main);
} else if (existsSync(pinnedNode)) {
  const child = spawn(pinnedNode, [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code) => process.exit(code ?? 130));
} else {
  console.error('efferent is not set up yet: run "npm start" in its folder once.');
  process.exit(2);
}
