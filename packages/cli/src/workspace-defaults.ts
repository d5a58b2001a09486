import { join } from 'node:path';
import { findWorkspace, findWorkspaceFolders, shadowedEntries } from '@efferent/runtime/workspace';
import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Options whose defaults a workspace may set, as they are called in its `efferent.yaml`. */
const settable = ['robot', 'scene', 'instruction'] as const;

/** Takes the workspace's robot, scene and instruction for a command where the person gave none. */
export function applyWorkspaceDefaults(command: Command): void {
  // A measurement says what it measures; it must not depend on where it is run.
  if (command.parent?.name() === 'bench') return;
  const isOpen = settable.filter((name) => command.getOptionValueSource(name) === 'default');
  if (isOpen.length === 0) return;
  const workspace = findWorkspace();
  for (const name of isOpen) {
    const value = workspace?.[name];
    if (value !== undefined) command.setOptionValueWithSource(name, value, 'config');
  }
}

/** The launch file of the workspace, or the product's own. */
export function startLaunchFile(): string {
  const workspace = findWorkspace();
  return workspace?.launch === undefined ? 'kitchen.launch.xml' : join(workspace.folder, workspace.launch);
}

/** Says which workspace is used, and what of it hides something of the repository. */
export function printWorkspace(terminal: Terminal): void {
  const folders = findWorkspaceFolders();
  const [own] = folders;
  if (own === undefined || folders.length < 2) return;
  const shadowed = shadowedEntries(folders);
  terminal.row(
    'workspace',
    shadowed.length === 0 ? own : `${own} · takes the place of the product's ${shadowed.join(', ')}`,
  );
}
