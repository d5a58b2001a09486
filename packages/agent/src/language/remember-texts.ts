/** Texts whose results are kept: those of a task under way, whose instruction is read again at every step. */
const mostTexts = 20;
/** What is longer than any instruction is not kept. */
const mostCharacters = 2000;

/** Keeps the newest results of a function that depends on a text alone. */
export function rememberTexts<Result>(work: (text: string) => Result): (text: string) => Result {
  const results = new Map<string, { readonly result: Result }>();
  return (text) => {
    if (text.length > mostCharacters) return work(text);
    const known = results.get(text);
    if (known !== undefined) return known.result;
    if (results.size >= mostTexts) results.clear();
    const result = work(text);
    results.set(text, { result });
    return result;
  };
}
