import { ConfigurationError } from '@efferent/core';
import { interfaceRegistry } from '@efferent/interfaces';
import { loadSourcedInterfaces, print, requireInterface } from './graph-session.ts';

const kinds = { msg: 'Messages', srv: 'Services', action: 'Actions' } as const;

export interface KindOptions {
  readonly onlyMsgs?: boolean;
  readonly onlySrvs?: boolean;
  readonly onlyActions?: boolean;
}

/** The kinds that were asked for; all where none was. */
function wantedKinds({ onlyMsgs, onlySrvs, onlyActions }: KindOptions): readonly string[] {
  const asked = [onlyMsgs === true && 'msg', onlySrvs === true && 'srv', onlyActions === true && 'action'];
  const wanted = asked.filter((kind) => kind !== false);
  return wanted.length > 0 ? wanted : Object.keys(kinds);
}

/** `efferent interface list`: all definitions that are known. */
export async function interfaceList(options: KindOptions): Promise<void> {
  const wanted = wantedKinds(options);
  for (const [kind, title] of Object.entries(kinds)) {
    if (!wanted.includes(kind)) continue;
    print(`${title}:`);
    for (const name of names().filter((each) => each.split('/')[1] === kind)) print(`    ${name}`);
  }
}

/** `efferent interface package`. */
export async function interfacePackage(packageName: string, options: KindOptions): Promise<void> {
  const wanted = wantedKinds(options);
  const found = names().filter((each) => each.startsWith(`${packageName}/`));
  if (found.length === 0)
    throw new ConfigurationError({
      code: 'unknown-package',
      message: `no package "${packageName}" is known; known are: ${packages().join(', ')}`,
    });
  for (const name of found) if (wanted.includes(name.split('/')[1] as string)) print(name);
}

/** `efferent interface packages`. */
export async function interfacePackages(options: KindOptions): Promise<void> {
  for (const name of packages(wantedKinds(options))) print(name);
}

/** `efferent interface show`: a definition, with what its fields are made of indented below them. */
export async function interfaceShow(
  type: string,
  options: { readonly comments: boolean; readonly allComments?: boolean },
): Promise<void> {
  requireInterface(type);
  show(type, '', { own: options.comments, nested: options.allComments === true }, new Set());
}

/** Prints a definition's lines; nested ones follow the field that has them, one tab deeper and without comments. */
function show(
  type: string,
  indent: string,
  wanted: { readonly own: boolean; readonly nested: boolean },
  above: ReadonlySet<string>,
): void {
  const comments = indent === '' ? wanted.own : wanted.nested;
  const packageName = type.slice(0, type.indexOf('/'));
  for (const raw of interfaceRegistry.text(type).trimEnd().split('\n')) {
    const line = comments ? raw.trimEnd() : raw.replace(/\s*#.*$/, '').trimEnd();
    if (line !== '' || (comments && indent === '')) print(indent + line);
    const field = /^([A-Za-z][\w/]*)(?:\[[^\]]*\])?\s+[A-Za-z]\w*\s*(?:#.*)?$/.exec(line)?.[1];
    const nested = field === undefined ? undefined : fullName(field, packageName);
    if (nested !== undefined && !above.has(nested))
      show(nested, `${indent}\t`, wanted, new Set([...above, type]));
  }
}

/** Full name of a nested message type; undefined for primitives. */
function fullName(type: string, packageName: string): string | undefined {
  const [first = '', second] = type.split('/');
  const candidates =
    second === undefined
      ? [`${packageName}/msg/${first}`, `std_msgs/msg/${first}`]
      : [type, `${first}/msg/${type.split('/').at(-1)}`];
  return candidates.find((each) => interfaceRegistry.has(each));
}

/** Of the bundled set and of sourced workspaces. */
function names(): readonly string[] {
  loadSourcedInterfaces();
  return [...interfaceRegistry.names()].sort();
}

const packages = (wanted: readonly string[] = Object.keys(kinds)): readonly string[] => [
  ...new Set(
    names()
      .map((each) => each.split('/'))
      .filter(([, kind]) => wanted.includes(kind as string))
      .map(([name]) => name as string),
  ),
];
