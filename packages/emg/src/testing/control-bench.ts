import { readFileSync } from 'node:fs';
import type { ControlDecision, ControlOutput } from '../control/control-types.ts';
import { GestureController } from '../control/gesture-controller.ts';
import { bundledMappingPath, parseGestureMapping } from '../control/gesture-mapping.ts';
import type { DecodingFault } from '../decoder/decoding-fault.ts';
import type { GestureName } from '../gestures.ts';

const mapping = parseGestureMapping(readFileSync(bundledMappingPath('stretch'), 'utf8'), 'stretch.yaml');
export const periodNs = 50_000_000n;

/** A controller that gets a decision every 50 ms. */
export class Bench {
  readonly controller = new GestureController(mapping, 0.05);
  nowNs = 0n;
  decide(
    gesture: GestureName,
    { effort = 1, rejected = false, ageNs = 0n, fault = '' as DecodingFault } = {},
  ): readonly ControlOutput[] {
    this.nowNs += periodNs;
    const decision: ControlDecision = { gesture, rejected, confidence: 1, effort, fault };
    return this.controller.decide(decision, ageNs, this.nowNs);
  }
  hold(gesture: GestureName, seconds: number): readonly ControlOutput[] {
    return Array.from({ length: Math.round(seconds / 0.05) }, () => this.decide(gesture)).flat();
  }
}

export const speedOf = (output: ControlOutput | undefined) =>
  output === undefined || !('linearMps' in output) ? undefined : output.linearMps;
export const isMoving = (output: ControlOutput) =>
  (output.kind === 'base' && (output.linearMps !== 0 || output.angularRadps !== 0)) ||
  (output.kind === 'joint' && output.velocity !== 0);

/** Waits until a choice is lit. */
export function waitFor(bench: Bench, label: string): void {
  for (let i = 0; i < 400; i++) {
    const { choices, litIndex, litProgress } = bench.controller.status;
    if (choices[litIndex] === label && litProgress > 0.2 && litProgress < 0.7) return;
    bench.decide('rest');
  }
  throw new Error(`"${label}" was never lit`);
}

export function choose(bench: Bench, label: string): readonly ControlOutput[] {
  waitFor(bench, label);
  const outputs = bench.hold('open', 0.5);
  bench.hold('rest', 0.3);
  return outputs;
}
