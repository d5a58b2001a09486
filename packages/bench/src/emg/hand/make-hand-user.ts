import type { UserStrategy, UserWish } from '../control-episode.ts';
import { HandMoves } from './hand-moves.ts';
import { HandPilot } from './hand-pilot.ts';
import { handScript } from './hand-tasks.ts';

/** A person who does a task by hand, gesture by gesture. @throws {@link ConfigurationError} code `no-hand-script` */
export function makeHandUser({ task, mapping, model, map, onStage }: UserWish): UserStrategy {
  const script = handScript(task);
  const moves = new HandMoves(mapping, model, map);
  const { tool, base } = model.manifest.frames;
  return new HandPilot(
    mapping,
    { tool, base },
    function* (view) {
      yield* script(moves, view);
    },
    onStage,
  );
}
