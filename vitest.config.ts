import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const packages = readdirSync(new URL('packages', import.meta.url));

const support = (file: string) => new URL(`test/support/${file}`, import.meta.url).pathname;
const ownDomain = support('own-domain.ts');

// What a test brings about is remembered by no later one.
process.env.EFFERENT_MEMORY ??= '';

/**
 * What runs against the wall clock and other processes may lose a race that says nothing of the code: a second try
 * decides, and the run's last lines name each test that needed one. On a virtual clock there is no second try.
 */
const secondTry = { retry: 1 };

/** One project a package, and one a folder of `test/`. */
export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => ({
        test: {
          name,
          ...secondTry,
          include: [`packages/${name}/src/**/*.test.ts`],
          setupFiles: [ownDomain, support('property-seed.ts')],
          testTimeout: 20_000,
        },
      })),
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] } },
      {
        test: {
          name: 'conformance',
          ...secondTry,
          include: ['test/conformance/**/*.test.ts'],
          setupFiles: [ownDomain],
          testTimeout: 30_000,
        },
      },
      // On a virtual clock: other load on the machine changes nothing, so these run side by side.
      {
        test: {
          name: 'lockstep',
          include: ['test/lockstep/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      // Commands that end by themselves.
      {
        test: {
          name: 'commands',
          ...secondTry,
          include: ['test/commands/**/*.test.ts'],
          setupFiles: [ownDomain],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          ...secondTry,
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: [ownDomain],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          ...secondTry,
          include: ['test/faults/**/*.test.ts'],
          setupFiles: [ownDomain],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          ...secondTry,
          include: ['test/browser/**/*.test.ts'],
          setupFiles: [ownDomain],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
