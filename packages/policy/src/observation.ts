import { observationWidth, type PolicyManifest } from './policy-manifest.ts';

/** Everything that the sources of a manifest may draw on at one tick. */
export interface ObservationInputs {
  /** Index into {@link positions} and {@link efforts} by joint name. */
  readonly jointIndex: ReadonlyMap<string, number>;
  readonly positions: ArrayLike<number>;
  readonly efforts: ArrayLike<number>;
  /** From tool to target in the base's axes, m. */
  readonly targetOffsetM: ArrayLike<number>;
  readonly targetSizeM: ArrayLike<number>;
  readonly targetAgeS: number;
  readonly previousAction: ArrayLike<number>;
}

/** Fills the observation of a manifest, in buffers that are made once. */
export class ObservationAssembler {
  /** By observation name; changes with every {@link assemble}. */
  readonly observation: Readonly<Record<string, Float32Array>>;
  readonly #manifest: PolicyManifest;

  constructor(manifest: PolicyManifest) {
    this.#manifest = manifest;
    this.observation = Object.fromEntries(
      manifest.observations.map((spec) => [
        spec.name,
        new Float32Array(observationWidth(spec, manifest.actions.length)),
      ]),
    );
  }

  /** Runs inside the control loop; does not allocate. Returns the name of a joint without a state, if any. */
  assemble(inputs: ObservationInputs): string | undefined {
    for (const spec of this.#manifest.observations) {
      const out = this.observation[spec.name] as Float32Array;
      switch (spec.source) {
        case 'target-offset':
          copy(inputs.targetOffsetM, out);
          break;
        case 'target-size':
          copy(inputs.targetSizeM, out);
          break;
        case 'target-age':
          out[0] = inputs.targetAgeS;
          break;
        case 'previous-action':
          copy(inputs.previousAction, out);
          break;
        case 'joint-positions':
        case 'joint-efforts': {
          const values = spec.source === 'joint-positions' ? inputs.positions : inputs.efforts;
          for (let i = 0; i < spec.joints.length; i++) {
            const index = inputs.jointIndex.get(spec.joints[i]!);
            if (index === undefined) return spec.joints[i];
            out[i] = values[index] ?? 0;
          }
          break;
        }
      }
    }
    return undefined;
  }
}

function copy(from: ArrayLike<number>, to: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i]!;
}
