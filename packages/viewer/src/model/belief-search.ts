import type { MessageTypes } from '@efferent/interfaces';

type Belief = MessageTypes['efferent_interfaces/msg/Belief'];

export interface BeliefRow {
  readonly id: string;
  readonly kind: 'object' | 'fixture' | 'robot';
  readonly title: string;
  readonly detail: string;
  /** 0 to 1, undefined where certainty does not apply. */
  readonly confidence: number | undefined;
}

/** Lists what the robot believes that matches a search; every word must occur somewhere in a row. */
export function searchBelief(belief: Belief, query: string): BeliefRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rowsOf(belief).filter((row) => {
    const text = `${row.title} ${row.detail} ${row.kind}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function rowsOf(belief: Belief): BeliefRow[] {
  const nowS = belief.header.stamp.sec;
  const objects = belief.objects.map((object): BeliefRow => {
    const place =
      object.support === '' ? 'somewhere' : `${object.relation.replace('-', ' ')} ${object.support}`;
    const ageS = nowS - object.last_seen.sec;
    const seen = object.visible ? 'in view' : `seen ${ageS < 1 ? 'just now' : `${duration(ageS)} ago`}`;
    return {
      id: object.id,
      kind: 'object',
      title: object.id,
      detail: [place, seen, likelyText(object.likely_places)].filter(Boolean).join(' · '),
      confidence: object.confidence,
    };
  });
  const fixtures = belief.fixtures
    .filter(({ state }) => state !== 'fixed')
    .map((fixture): BeliefRow => {
      const contents = fixture.contents_known ? 'looked into' : 'contents unknown';
      return {
        id: fixture.id,
        kind: 'fixture',
        title: fixture.id,
        detail: `${fixture.state} · ${contents}`,
        confidence: undefined,
      };
    });
  const robots = belief.robots.map((robot): BeliefRow => {
    const hand = robot.held_object === '' ? 'hand empty' : `holds ${robot.held_object}`;
    const place = robot.place === '' ? '' : `near ${robot.place} · `;
    return {
      id: robot.name,
      kind: 'robot',
      title: robot.name.replace(/^\//, ''),
      detail: place + hand,
      confidence: undefined,
    };
  });
  return [...robots, ...objects, ...fixtures];
}

/** Where a thing that is lost may be: `maybe shelf-upper 0.31, table-top 0.2`. */
function likelyText(chances: Belief['objects'][number]['likely_places']): string {
  const named = chances.map(({ place, probability }) => `${place || 'elsewhere'} ${probability.toFixed(2)}`);
  return named.length === 0 ? '' : `maybe ${named.join(', ')}`;
}

/** Formats a duration for people, e.g. `8 s`, `3 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
