import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const packages = readdirSync(new URL('packages', import.meta.url));

/** One project a package, and one a folder of `test/`. */
export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => ({
        test: {
          name,
          include: [`packages/${name}/src/**/*.test.ts`],
          setupFiles: [new URL('test/support/property-seed.ts', import.meta.url).pathname],
          testTimeout: 20_000,
        },
      })),
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] } },
      { test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], testTimeout: 30_000 } },
      // On a virtual clock: other load on the machine changes nothing, so these run side by side.
      { test: { name: 'lockstep', include: ['test/lockstep/**/*.test.ts'], testTimeout: 180_000 } },
      // Commands that end by themselves.
      {
        test: {
          name: 'commands',
          include: ['test/commands/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
