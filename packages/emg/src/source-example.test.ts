import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { DeviceRig } from './devices/device-rig.ts';
import { type EmgSourceKind, settingsFrom } from './emg-source-kind.ts';

/** The source of one's own that docs/hdemg.md shows. */
const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/hdemg.md'), 'utf8');
const code = /### A source of your own[\s\S]*?```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

test('the example of the page compiles under the rules of the repository', { timeout: 120_000 }, () => {
  expect(code).toContain('EmgSourceKind');
  const file = join(import.meta.dirname, 'example-of-the-page.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? code : readFile(name));
  host.getSourceFile = (name, languageVersion, ...rest) =>
    name === file
      ? ts.createSourceFile(name, code, languageVersion)
      : getSourceFile.call(host, name, languageVersion, ...rest);
  const program = ts.createProgram([file], { ...options, noEmit: true }, host);
  const source = program.getSourceFile(file);
  const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

test('the example of the page delivers its tone', async () => {
  const url = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(code))}`;
  const { toneKind: kind } = (await import(/* @vite-ignore */ url)) as { readonly toneKind: EmgSourceKind };
  const rig = new DeviceRig();
  const source = await kind.open(settingsFrom('tone', kind, { frequency_hz: 100 }), rig.context);
  await source.start(rig.onFrame);
  rig.pass(0.1);
  await source.stop();
  rig.pass(0.1);
  expect(rig.links.map(({ state }) => state)).toEqual(['connected']);
  expect(rig.indices()).toEqual(Array.from({ length: 200 }, (_, i) => i));
  const tone = rig.channel(0);
  expect(Math.max(...tone)).toBeCloseTo(100, 3);
  // 100 Hz at 2 kHz: 20 samples a turn.
  expect(tone[20]).toBeCloseTo(tone[0] as number, 3);
});
