import { ContractError, distance3, Rng, type Transform, type Vector3 } from '@efferent/core';
import type { PerturbationName } from './card-perturbations.ts';
import { drawPoseInRegion, regionById } from './placement.ts';
import type { Scene } from './scene-file.ts';
import type { EntityState } from './sim-world.ts';
import type { Episode } from './task-card.ts';

/** What to do to the world now. */
export interface PerturbationAction {
  readonly name: PerturbationName;
  readonly objectId: string;
  readonly pose: Transform;
  readonly isOutOfView: boolean;
}

/** The robot is about to pick when its gripper comes this near, m. */
const triggerM = 0.3;
/** A moved target goes at least this far, beyond what a skill finds again by itself, m. */
const leastMoveM = 0.5;
/** In view means on the same furniture; out of view on another one. */
const outOfViewShare = 0.5;

/**
 * Disturbs an episode once: moves the target when the robot is about to pick it (`move-object`), or stands something in the way of
 * where it is to be put (`block-target`). Pure over true states; equal seeds disturb equally.
 */
export class Perturber {
  readonly name: PerturbationName;
  readonly #scene: Scene;
  readonly #episode: Episode;
  readonly #targetId: string;
  readonly #regions: readonly string[];
  readonly #rng: Rng;
  #isDone = false;

  /** @throws {@link ContractError} code `no-perturbation` when the card does not have it */
  constructor(scene: Scene, episode: Episode, name: PerturbationName) {
    const spec = episode.perturbations[name];
    if (spec === undefined) {
      throw new ContractError({
        code: 'no-perturbation',
        message: `task "${episode.cardId}" has no perturbation "${name}"; it has ${Object.keys(episode.perturbations).join(', ') || 'none'}`,
        fields: { task: episode.cardId, name },
      });
    }
    this.name = name;
    this.#scene = scene;
    this.#episode = episode;
    this.#targetId = spec.targetId;
    this.#regions = spec.regions;
    this.#rng = new Rng(episode.seed).fork(`perturb:${name}`);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Tells what to do now; at most once in an episode. */
  update(states: readonly EntityState[]): PerturbationAction | undefined {
    if (this.#isDone) return undefined;
    const target = states.find((s) => s.id === this.#targetId);
    const gripper = states.find((s) => s.type === 'gripper');
    if (target === undefined || gripper === undefined) return undefined;
    if (this.name === 'block-target') return this.#blockWhenHolding(states, target);
    if (target.isHeld || distance3(target.pose.translation, gripper.pose.translation) > triggerM)
      return undefined;
    this.#isDone = true;
    return this.#moveAway(states, target);
  }

  #moveAway(states: readonly EntityState[], target: EntityState): PerturbationAction | undefined {
    const wantsOutOfView = this.#rng.chance(outOfViewShare);
    const here = this.#furnitureUnder(target.pose.translation);
    const regions = this.#rng.shuffle(this.#regions);
    const ordered = [...regions].sort(
      (a, b) => this.#mismatch(a, here, wantsOutOfView) - this.#mismatch(b, here, wantsOutOfView),
    );
    for (const region of ordered) {
      const pose = this.#freePose(region, target, states);
      if (pose !== undefined) {
        const isOutOfView = this.#furnitureOf(region) !== here;
        return { name: this.name, objectId: target.id, pose, isOutOfView };
      }
    }
    return undefined;
  }

  /** Once something else is held, the target's place changes: the way that was planned leads nowhere. */
  #blockWhenHolding(states: readonly EntityState[], target: EntityState): PerturbationAction | undefined {
    if (target.isHeld || !states.some((s) => s.isHeld && s.type === 'object')) return undefined;
    this.#isDone = true;
    return this.#moveAway(states, target);
  }

  #freePose(region: string, target: EntityState, states: readonly EntityState[]): Transform | undefined {
    const occupied = states
      .filter((s) => s.type === 'object' && s.id !== target.id)
      .map((s): Vector3 => s.pose.translation);
    for (let attempt = 0; attempt < 60; attempt++) {
      const pose = drawPoseInRegion(
        this.#scene,
        region,
        target.kind,
        occupied,
        this.#episode.setup.articulationPositions,
        this.#rng,
      );
      if (pose !== undefined && distance3(pose.translation, target.pose.translation) >= leastMoveM)
        return pose;
    }
    return undefined;
  }

  #mismatch(region: string, here: string | undefined, wantsOutOfView: boolean): number {
    return (this.#furnitureOf(region) !== here) === wantsOutOfView ? 0 : 1;
  }

  #furnitureOf(regionId: string): string | undefined {
    const { surfaceId, containerId } = regionById(this.#scene, regionId);
    const { surfaces, containers } = this.#scene.map;
    return (
      surfaces.find((s) => s.id === surfaceId)?.furnitureId ??
      containers.find((c) => c.id === containerId)?.furnitureId
    );
  }

  /** The furniture that a point is over, by its boxes' footprint. */
  #furnitureUnder([x, y]: Vector3): string | undefined {
    const at = this.#scene.map.furniture.map((f) => ({
      id: f.id,
      distance: Math.hypot(f.poseXyYaw[0] - x, f.poseXyYaw[1] - y),
    }));
    const surfaces = new Set(this.#scene.map.surfaces.map((s) => s.furnitureId));
    return at.filter((f) => surfaces.has(f.id)).sort((a, b) => a.distance - b.distance)[0]?.id;
  }
}
