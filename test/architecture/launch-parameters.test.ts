import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSource, root } from './workspace.ts';

/** Packages of the executables that launch files name. */
const packages = new Map(
  [
    ...readSource('packages/runtime/src/node-registry.ts').matchAll(
      /^ {2}'?([\w-]+)'?: async \(\) => \(await import\('@efferent\/([\w-]+)\//gm,
    ),
  ].map(([, executable = '', name = '']) => [executable, name]),
);

/** Parameters that a launch file gives to a single node, beside what a group gives to all of its nodes. */
const given = globSync('launch/*.launch.xml', { cwd: root }).flatMap((file) =>
  [...readSource(file).matchAll(/<node [^>]*exec="([\w-]+)"[^>]*[^/]>(.*?)<\/node>/gs)].flatMap(
    ([, executable = '', inner = '']) =>
      [...inner.matchAll(/<param name="([\w.]+)"/g)].map(([, name = '']) => [file, executable, name]),
  ),
);

test('launch files are read', () => expect(given.length).toBeGreaterThan(20));

// ROS drops a parameter that nobody declares without a word.
test.each(given)('%s: %s declares the parameter %s', (_file, executable = '', name) => {
  expect([...packages.keys()]).toContain(executable);
  // A node declares what a kind of source or the like may be set to, too.
  const nodes = globSync(`packages/${packages.get(executable)}/src/**/*-{node,kind,setting}.ts`, {
    cwd: root,
  });
  expect(nodes.map(readSource).join('\n')).toMatch(new RegExp(`['"]${name}['"]`));
});
