// A page, not a library: `main.ts` is its entry, and nothing imports this package.
export {};
