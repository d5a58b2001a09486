/** Success in %, by task group MT1 to MT8 and most replanning rounds; DEPS, arXiv 2302.01560, 30 runs a task. */
export const depsRounds: Readonly<Record<string, readonly number[]>> = {
  '0': [28.6, 37.1, 15.1, 15.9, 3.2, 0.5, 0.6, 0],
  '1': [50.6, 71.2, 20.1, 17.4, 3.2, 0.5, 2.3, 0],
  '3': [68.1, 71.4, 40.3, 48.3, 3.2, 1.1, 2.9, 0],
  '5': [79.8, 79.2, 40.8, 50.7, 15.2, 1.9, 2.9, 0],
  // The paper's last row has no bound but the model's tokens, which end it at seven or eight rounds.
  '8': [79.8, 79.5, 62.4, 53.3, 29.2, 13.8, 12.6, 0.6],
};

/** Gain of the selector over the fixed order in points, for 2, 3 and 4 parallel goals; DEPS. */
export const depsSelectorGain = [22.3, 29.2, 32.6] as const;

/** Success in %, by kind of task; CLEA, arXiv 2503.00729, 3 tasks of each kind run once on real robots. */
export const cleaSuccess: Readonly<Record<string, readonly number[]>> = {
  clea: [100, 100, 66.7, 66.7],
  'without critic': [33.3, 66.7, 33.3, 33.3],
  'open loop': [33.3, 33.3, 0, 0],
};

/** What CLEA gains over its open-loop baseline, points: success, and share of steps done. */
export const cleaGains = { success: 67.3, steps: 52.8 } as const;

/** What is and what is not comparable; each is one sentence of the page. */
export const comparability: readonly string[] = [
  'The two error rates of the emulator were fitted so that our baselines come near the published open-loop and zero-round rows; those rows agree by construction, and only the distance between planners says something.',
  'DEPS plays Minecraft with a learned controller that fails often; here skills fail as rarely as in our simulator, so errors come from the model alone.',
  'Our eight groups grow in their number of skills like MT1 to MT8 grow in difficulty; they are not the same tasks.',
  'CLEA ran twelve trials, one of each task, on two real robots; a difference of one trial is eight points. Ours are simulated, with 25 seeds a task.',
  'The planners deps and clea are ours, after the papers; what the released code lacks they have: a selector, an end that is checked, bounds.',
  'The emulator repeats what it got wrong with a stated probability; how persistent the errors of a real model are is not known to us.',
];
