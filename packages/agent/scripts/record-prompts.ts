import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePromptFile, promptsFolder } from '../src/model/prompt-files.ts';
import { recordVersions, versionedText } from '../src/model/prompt-versions.ts';

// Writes prompts/versions.json: run it after a prompt has changed and its version was raised.
const record = join(promptsFolder, 'versions.json');
const texts = readdirSync(promptsFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => {
    const source = readFileSync(join(promptsFolder, name), 'utf8');
    return versionedText(name.replace(/\.md$/, ''), parsePromptFile(source, name).version, source);
  });
const versions = recordVersions(texts, JSON.parse(readFileSync(record, 'utf8')));
writeFileSync(record, `${JSON.stringify(versions, undefined, 2)}\n`);
