type CollectGarbage = (options: { readonly type: 'minor' }) => void;

/** Memory of large samples that may come between two collections, kB. */
const stepKb = 24_576;
let limitKb = stepKb;
let collectGarbage: CollectGarbage | undefined;

/**
 * Collects young garbage, a millisecond's work, whenever large samples have taken another 24 MB.
 *
 * V8 counts memory that it has not allocated, but answers with a collection of its whole heap for every 64 MB: at camera
 * rates most of a processor was gone with that. Pictures are rarely kept, so the youngest objects are where they are.
 *
 * @param lentKb - what large samples take that JavaScript has not yet given back, kB
 */
export function collectLentMemory(lentKb: number): void {
  if (lentKb < limitKb) {
    // What was given back makes room; what somebody keeps does not bring the next collection nearer.
    limitKb = Math.min(limitKb, lentKb + stepKb);
    return;
  }
  limitKb = lentKb + stepKb;
  collectGarbage ??= exposedCollector();
  collectGarbage({ type: 'minor' });
}

/** V8 shows its collector to contexts that are made while the flag is set. Loaded late, for the memory of small nodes. */
function exposedCollector(): CollectGarbage {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  setFlagsFromString('--expose-gc');
  const collector = runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  return collector;
}
