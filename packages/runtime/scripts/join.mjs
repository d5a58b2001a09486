import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { joinedFolder, repositoryFolder } from '../bin/joined-code.mjs';

/**
 * Joins the modules of the product into few files, from which processes start sooner; docs/decisions/2026-11-29-joined-code.md.
 * Libraries stay where they are.
 */

const entries = [
  'packages/runtime/src/node-main.ts',
  'packages/cli/src/main.ts',
  'packages/bench/src/ros/idle-node.ts',
];
/** Joined code that was replaced stays this long for processes that run on it and load more of it. */
const keptMs = 7 * 24 * 3600 * 1000;

/** As deep as the folder in the end: source maps name the sources from where they are. */
const newFolder = `${repositoryFolder}.efferent/joining-${process.pid}/`;
process.on('exit', () => rmSync(newFolder, { recursive: true, force: true }));
const startedMs = Date.now();
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry.replaceAll('/', '.'), repositoryFolder + entry])),
  platform: 'node',
  // As Node resolves them.
  resolve: { conditionNames: ['node', 'import'], mainFields: ['main'] },
  plugins: [{ name: 'places', resolveId, transform: keepPlaces }],
  // The plugin changes columns only.
  checks: { sourcemapBroken: false },
});
const { output } = await bundle.write({
  dir: newFolder,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name]-[hash].js',
});
await bundle.close();
const chunks = output.filter(({ type }) => type === 'chunk');
const index = {
  repositoryFolder,
  id: createHash('sha256')
    .update(repositoryFolder + chunks.map(({ fileName }) => fileName))
    .digest('hex'),
  entries: Object.fromEntries(
    chunks
      .filter(({ isEntry }) => isEntry)
      .map(({ facadeModuleId, fileName }) => [relative(repositoryFolder, facadeModuleId), fileName]),
  ),
  sources: sourcesOf(chunks).map((path) => {
    const { mtimeMs, size } = statSync(path);
    if (mtimeMs > startedMs) throw new Error(`${path} changed while it was joined: run this again`);
    return [relative(repositoryFolder, path), mtimeMs, size];
  }),
};
mkdirSync(joinedFolder, { recursive: true });
for (const { fileName } of output) renameSync(newFolder + fileName, joinedFolder + fileName);
writeFileSync(`${newFolder}index.json`, JSON.stringify(index));
renameSync(`${newFolder}index.json`, `${joinedFolder}index.json`);
removeOld(new Set(['index.json', ...output.map(({ fileName }) => fileName)]));

/** Joins the packages of the workspace; libraries are loaded from where they are. */
async function resolveId(source, importer) {
  if (importer === undefined || source.startsWith('.')) return null;
  const found = await this.resolve(source, importer, { skipSelf: true });
  return found?.id.includes('/node_modules/') ? { id: pathToFileURL(found.id).href, external: true } : found;
}

/** Each module goes on seeing its own place in the repository. */
function keepPlaces(code, id) {
  if (!code.includes('import.meta.')) return null;
  return code
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)));
}

/** What decides about the result: the modules, and where the packages and the libraries are. */
function sourcesOf(chunks) {
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const manifests = readdirSync(`${repositoryFolder}packages`).map(
    (name) => `${repositoryFolder}packages/${name}/package.json`,
  );
  return [...new Set([...modules, ...manifests, `${repositoryFolder}pnpm-lock.yaml`])].filter((path) =>
    existsSync(path),
  );
}

function removeOld(current) {
  for (const name of readdirSync(joinedFolder)) {
    const path = join(joinedFolder, name);
    if (!current.has(name) && Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { recursive: true });
  }
}
