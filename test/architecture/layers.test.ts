import { describe, expect, it } from 'vitest';
import { importsOf, isTest, manifestOf, packageNames, sourceFiles } from './workspace.ts';

/** Layers from the bottom; a package imports only from lower ones. See ARCHITECTURE.md. */
const layers: readonly (readonly string[])[] = [
  ['core'],
  ['interfaces', 'cyclonedds', 'inference'],
  ['ros'],
  ['robot', 'perception', 'policy', 'emg', 'recorder', 'launcher'],
  ['sim', 'skills'],
  ['agent', 'bridge'],
  ['runtime'],
  ['bench', 'viewer'],
  ['cli'],
];
const layerOf = (name: string) => layers.findIndex((layer) => layer.includes(name));

/** Only these, and `test/`, may see the simulator. */
const mayImportSim = ['runtime', 'bench', 'sim'];
/** The composition root and what stands on it use the ROS port anywhere; others only in `*-node.ts`. */
const usesRosAnywhere = ['ros', 'runtime', 'bench', 'cli', 'launcher'];

const workspaceImports = (file: string) =>
  importsOf(file)
    .filter((specifier) => specifier.startsWith('@efferent/'))
    .map((specifier) => specifier.split('/')[1] as string);

describe.each(packageNames)('package %s', (name) => {
  const files = sourceFiles(`packages/${name}/src`);

  it('has a layer', () => {
    expect(layerOf(name)).toBeGreaterThanOrEqual(0);
  });

  it('imports only from lower layers', () => {
    const allowed = (other: string) =>
      name === 'viewer' ? ['core', 'interfaces'].includes(other) : layerOf(other) < layerOf(name);
    const wrong = files.flatMap((file) =>
      workspaceImports(file)
        .filter((other) => !allowed(other) && !(isTest(file) && other === 'ros'))
        .map((other) => `${file} imports ${other}`),
    );
    expect(wrong).toEqual([]);
  });

  it('declares what it imports, and declares no higher layer', () => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(name);
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
    const missing = files
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .filter((specifier) => !/^(\.|node:)/.test(specifier))
      .map((specifier) =>
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      )
      .filter((specifier) => !declared.has(specifier) && specifier !== manifestOf(name).name);
    expect([...new Set(missing)]).toEqual([]);
    const tooHigh = Object.keys(dependencies)
      .filter((dependency) => dependency.startsWith('@efferent/'))
      .filter((dependency) => layerOf(dependency.slice('@efferent/'.length)) >= layerOf(name));
    expect(tooHigh).toEqual([]);
  });

  it('sees the simulator only where the judge lives', () => {
    if (mayImportSim.includes(name)) return;
    expect(files.filter((file) => workspaceImports(file).includes('sim'))).toEqual([]);
  });

  it('imports the ROS port only in node files', () => {
    if (usesRosAnywhere.includes(name)) return;
    const wrong = files.filter(
      (file) => !isTest(file) && !/-node\.ts$/.test(file) && workspaceImports(file).includes('ros'),
    );
    expect(wrong).toEqual([]);
  });

  it('does not reach into the folders of another package', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(
          (specifier) =>
            /\/packages\/|@efferent\/[^/]+\/src\//.test(specifier) || /^(\.\.\/){3}/.test(specifier),
        )
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });
});

it.each([
  ['onnxruntime-node', ['inference']],
  ['cannon-es', ['sim']],
  ['three', ['viewer']],
  ['ws', ['bridge']],
  ['@ai-sdk/provider', ['agent']],
  ['@ai-sdk/openai-compatible', ['agent']],
  ['@ai-sdk/openai', ['agent']],
  ['@ai-sdk/anthropic', ['agent']],
  ['fast-png', ['agent']],
  ['saxes', ['core']],
  ['js-yaml', ['core', 'launcher', 'ros']],
  ['commander', ['cli']],
  ['@modelcontextprotocol/sdk', ['cli']],
  ['rclnodejs', ['ros']],
])('the library %s is imported by %s only', (library, owners) => {
  const users = packageNames.filter((name) =>
    sourceFiles(`packages/${name}/src`)
      .filter((file) => !isTest(file))
      .some((file) => importsOf(file).some((each) => each === library || each.startsWith(`${library}/`))),
  );
  expect(users.filter((name) => !owners.includes(name))).toEqual([]);
});

describe.each(['core', 'interfaces'])('the browser-safe package %s', (name) => {
  it('imports nothing of Node outside its node entry', () => {
    const nodeEntry =
      name === 'interfaces' ? reachableFrom('packages/interfaces/src/node.ts') : new Set<string>();
    const mainEntry = reachableFrom(`packages/${name}/src/index.ts`);
    const wrong = [...mainEntry].filter((file) => importsOf(file).some((each) => each.startsWith('node:')));
    expect(wrong).toEqual([]);
    if (name === 'interfaces') expect(nodeEntry.size).toBeGreaterThan(0);
  });
});

/** Files of one package that an entry loads. */
function reachableFrom(entry: string): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const folder = file.slice(0, file.lastIndexOf('/'));
    for (const specifier of importsOf(file))
      if (specifier.startsWith('.')) visit(new URL(specifier, `file:///${folder}/`).pathname.slice(1));
  };
  visit(entry);
  return seen;
}
