import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Names of the folders below `packages/`. */
export const packageNames: readonly string[] = readdirSync(join(root, 'packages'));

export function manifestOf(packageName: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', packageName, 'package.json'), 'utf8')) as Manifest;
}

/** Lists TypeScript files below a folder, relative to the repository; generated ones are left out. */
export function sourceFiles(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|\/)(generated|node_modules|dist|build)\//.test(name))
    .map((name) => relative(root, join(path, name)));
}

export function readSource(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Lists the module specifiers that a file imports or re-exports, types included. */
export function importsOf(file: string): string[] {
  const text = readSource(file);
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

export const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file);
