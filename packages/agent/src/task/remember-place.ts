import type { Belief } from '../belief/belief.ts';
import { classOf } from '../belief/object-track.ts';
import { viewBelief } from '../belief/truth.ts';
import type { EpisodicMemory, PlaceEvent } from '../memory/episodic-memory.ts';
import { labelOf } from '../reasoner/things.ts';

/** How deep things stand on or in others. */
const mostCarriers = 4;

/** Remembers where a thing is now, by the furniture that it is on or in; nothing when that is not known. */
export function rememberPlace(
  memory: EpisodicMemory | undefined,
  belief: Belief,
  objectId: string,
  event: PlaceEvent,
  nowS: number,
): void {
  const track = belief.tracker.find(objectId);
  const place = fixtureUnder(belief, objectId);
  if (memory === undefined || track === undefined || place === undefined) return;
  const view = viewBelief(belief, nowS);
  const { relation } = belief.relation(track);
  const text = `${event} the ${labelOf(view, objectId)} ${relation === 'in' ? 'in' : 'on'} the ${labelOf(view, place)}`;
  memory.rememberPlace(classOf(track), place, event, text);
}

/** The fixture that carries a thing, through bowls and the like. */
function fixtureUnder(belief: Belief, objectId: string): string | undefined {
  let id = objectId;
  for (let depth = 0; depth < mostCarriers; depth++) {
    const track = belief.tracker.find(id);
    if (track === undefined || track.state === 'missing' || track.heldBy !== undefined) return undefined;
    const { support } = belief.relation(track);
    if (belief.map.fixture(support) !== undefined) return support;
    id = support;
  }
  return undefined;
}
