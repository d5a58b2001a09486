/** A list of name patterns; `*` stands for one part of a name, `**` for any number of parts. */
export class NamePatterns {
  readonly #expressions: readonly RegExp[];

  constructor(patterns: readonly string[]) {
    this.#expressions = patterns.map((pattern) => {
      const source = pattern
        .split('/')
        .map((part) =>
          part === '**' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'),
        )
        .join('/');
      return new RegExp(`^${source}$`);
    });
  }

  matches(name: string): boolean {
    return this.#expressions.some((expression) => expression.test(name));
  }
}

/** Tells whether a name belongs to the simulator's truth, which this package must not touch. */
export function isJudgesSide(name: string): boolean {
  return name === '/sim' || name.startsWith('/sim/');
}

/** Tells whether a topic or service is part of an action or of a node's own machinery. */
export function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('_'));
}
