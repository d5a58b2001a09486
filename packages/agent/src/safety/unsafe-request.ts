import { rememberTexts } from '../language/remember-texts.ts';
import { idioms, negation, unsafeKinds } from './unsafe-phrases.ts';

const compiled = unsafeKinds.map(({ patterns, ...kind }) => ({
  ...kind,
  patterns: patterns.map((pattern) => new RegExp(`\\b${pattern}`, 'g')),
}));

/** A longer instruction is nobody's; it would fill every prompt. */
const mostCharacters = 10_000;
/** Phrases are looked for in pieces of this length, so that the time grows with the text and no faster. */
const windowLength = 1000;
const windowOverlap = 200;

/**
 * Tells why an instruction must not be followed: it asks to hurt somebody, or to lift what keeps people safe.
 *
 * It knows phrases, not meanings, and errs towards letting a request pass: the command gate holds the robot to its limits
 * whatever was said, and the language model is told to refuse as well. People near by are the gate's matter.
 *
 * @param instruction - what the person said; untrusted
 * @returns a sentence for the person; undefined when nothing speaks against it
 */
export const refusalOf = rememberTexts((instruction: string): string | undefined => {
  if (instruction.length > mostCharacters)
    return `I take at most ${mostCharacters} characters; this has ${instruction.length}.`;
  const text = plainText(instruction);
  for (let at = 0; at === 0 || at + windowOverlap < text.length; at += windowLength - windowOverlap) {
    const refusal = refusalIn(text.slice(at, at + windowLength));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
});

function refusalIn(text: string): string | undefined {
  for (const { reason, canBeNegated, patterns } of compiled)
    for (const pattern of patterns)
      for (const match of text.matchAll(pattern))
        if (!canBeNegated || !negation.test(text.slice(0, match.index)))
          return `I will not do that ("${match[0].trim()}"): ${reason}.`;
  return undefined;
}

/** Lower-case words, apostrophes kept, other marks as full stops; invisible characters and idioms taken out. */
function plainText(instruction: string): string {
  return instruction
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .replace(/[’`´]/g, "'")
    .replace(
      /\b(can|ca|do|does|wo|should|must|could)(?:n't|nt\b)|\bcannot\b/g,
      (_whole, word?: string) => `${word ?? 'can'} not`,
    )
    .replace(/[-_/]+/g, ' ')
    .replace(/[!?:;]+/g, '.')
    .replace(/[^\p{L}\p{N}',. ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(idioms, ' ');
}
