import { createHash } from 'node:crypto';

/** What every version of every prompt said, as a hash: by id, then by version. */
export type RecordedVersions = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface VersionedText {
  readonly id: string;
  readonly version: number;
  /** The whole file but the line with its version. */
  readonly content: string;
}

/** Reads a prompt file for the record. */
export const versionedText = (id: string, version: number, source: string): VersionedText => ({
  id,
  version,
  content: source.replace(/^version: .*\n/m, ''),
});

const hashOf = ({ content }: VersionedText): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Says which prompts do not say what the record has of their version; empty when all do. */
export function versionProblems(
  texts: readonly VersionedText[],
  recorded: RecordedVersions,
): readonly string[] {
  return texts.flatMap((text) => {
    const known = recorded[text.id]?.[text.version];
    if (known === hashOf(text)) return [];
    return known === undefined
      ? [`prompts/${text.id}.md: version ${text.version} is not recorded`]
      : [`prompts/${text.id}.md: the text has changed, but the version is still ${text.version}; raise it`];
  });
}

/**
 * Adds the versions that are new.
 *
 * @throws {@link Error} when a text has changed and its version has not
 */
export function recordVersions(
  texts: readonly VersionedText[],
  recorded: RecordedVersions,
): RecordedVersions {
  const all = new Map(Object.entries(recorded));
  for (const text of texts) {
    const versions = all.get(text.id) ?? {};
    const hash = hashOf(text);
    if ((versions[text.version] ?? hash) !== hash) throw new Error(versionProblems([text], recorded)[0]);
    all.set(text.id, { ...versions, [text.version]: hash });
  }
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}
