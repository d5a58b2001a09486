import fc from 'fast-check';

const asked = process.env.FAST_CHECK_SEED;
if (asked !== undefined && asked !== 'random' && !/^-?\d+$/.test(asked))
  throw new Error(`FAST_CHECK_SEED must be a whole number or "random", got "${asked}"`);

// Every run draws the same examples, so that a run can be repeated; `FAST_CHECK_SEED=random` looks for new ones.
if (asked !== 'random') fc.configureGlobal({ seed: asked === undefined ? 1 : Number(asked) });
