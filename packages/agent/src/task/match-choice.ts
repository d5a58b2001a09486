/** Finds the choice that an answer means: its number, its words, or words that only it has. */
export function matchChoice(answer: string, choices: readonly string[]): string | undefined {
  const given = answer.trim().toLowerCase().replace(/^the /, '');
  if (given === '') return undefined;
  if (/^\d+$/.test(given)) return choices[Number(given) - 1];
  const exact = choices.find((choice) => choice.toLowerCase() === given);
  if (exact !== undefined) return exact;
  const words = given.split(/\s+/);
  const fitting = choices.filter((choice) =>
    words.every((word) => choice.toLowerCase().split(/\s+/).includes(word)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
