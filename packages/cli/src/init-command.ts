import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { ConfigurationError, describeError } from '@efferent/core';
import { repositoryFolder } from '@efferent/runtime/workspace';
import { Terminal } from './terminal.ts';

const templateFolder = resolve(import.meta.dirname, '../template');

/** Files of the template that would mean something where they lie, and what they are called in a workspace. */
const renamed = { 'package.json.template': 'package.json', 'gitignore.template': '.gitignore' } as const;

/** Files in which `{{name}}` and `{{product}}` are filled in. */
const filledIn = ['package.json', 'efferent.yaml', 'README.md'] as const;

/** What npm takes for a package's name. @see https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const packageName = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** `efferent init`: makes a workspace of the person's own. */
export async function runInit(directory: string): Promise<void> {
  const folder = resolve(directory);
  const name = basename(folder);
  checkTarget(folder, name);
  const isNew = !existsSync(folder);
  try {
    write(folder, name);
  } catch (error) {
    removeWritten(folder, isNew);
    throw refusal(
      'init-failed',
      `could not write ${folder}: ${describeError(error)}; nothing of it was left there`,
    );
  }
  const terminal = new Terminal(process.stdout);
  terminal.line(terminal.strong(`${name} is ready`));
  terminal.row('robot', 'porter · robots/porter');
  terminal.row('scene', 'room · sim-scenes/room');
  terminal.row('task script', 'tasks/tidy-toys.ts');
  terminal.row('product', `${repositoryFolder} (package.json depends on this checkout)`);
  terminal.line();
  const shown = relative(process.cwd(), folder);
  if (shown !== '') terminal.line(`  cd ${shown}`);
  terminal.line('  npm install');
  terminal.line('  npx efferent start');
}

/** @throws {@link ConfigurationError} when there must be no workspace there */
function checkTarget(folder: string, name: string): void {
  if (!packageName.test(name) || name === 'efferent')
    throw refusal(
      'bad-workspace-name',
      `"${name}" cannot be the name of a workspace: it becomes the name of an npm package. Use lower-case letters, digits, - . and _, and not "efferent", e.g. npx efferent init my-robot`,
    );
  if (folder === repositoryFolder || !relative(repositoryFolder, folder).startsWith('..'))
    throw refusal(
      'inside-product',
      `${folder} lies inside the product's own checkout ${repositoryFolder}; give a folder elsewhere, e.g. npx efferent init ../${name}`,
    );
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw refusal('not-a-folder', `${folder} is a file; give a new or an empty folder`);
  const there = readdirSync(folder).filter((each) => each !== '.git');
  if (there.length > 0)
    throw refusal(
      'folder-not-empty',
      `${folder} is not empty: it has ${there.slice(0, 3).join(', ')}${there.length > 3 ? ', …' : ''}; give a new or an empty folder`,
    );
}

function write(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(templateFolder)) {
    const target = renamed[entry as keyof typeof renamed] ?? entry;
    cpSync(join(templateFolder, entry), join(folder, target), { recursive: true });
  }
  for (const file of filledIn) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll('{{name}}', name).replaceAll('{{product}}', repositoryFolder));
  }
}

function removeWritten(folder: string, isNew: boolean): void {
  if (isNew) rmSync(folder, { recursive: true, force: true });
  else
    for (const entry of readdirSync(templateFolder))
      rmSync(join(folder, renamed[entry as keyof typeof renamed] ?? entry), { recursive: true, force: true });
}

function refusal(code: string, message: string): ConfigurationError {
  return new ConfigurationError({ code, message });
}
