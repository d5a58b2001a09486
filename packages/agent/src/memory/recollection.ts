/** Words that say nothing about what a text is about. */
const emptyWords = new Set(
  'the and for with that this you your please can could would put bring get give take into onto from find now then all'.split(
    ' ',
  ),
);
const mostWords = 12;

/**
 * Writes an expression of FTS5 for some words; nothing in them is read as an operator.
 *
 * @param how - whether a text must hold all words, the last of them as a beginning, or any
 * @returns empty when no word says anything
 */
export function searchExpression(text: string, how: 'all' | 'any'): string {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter(
    (word) => how === 'all' || (word.length > 2 && !emptyWords.has(word)),
  );
  const quoted = [...new Set(words)].slice(0, mostWords).map((word) => `"${word}"`);
  return how === 'any' ? quoted.join(' OR ') : quoted.map((word) => `${word}*`).join(' ');
}

/** Says how long ago something was: "just now", "20 min ago", "yesterday". */
export function agoText(ageS: number): string {
  const minutes = Math.round(ageS / 60);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}
