import type { Belief } from '@efferent/runtime';

/** What a client is told of the belief: names and relations, places to the centimetre, no joint or camera data. */
export function summariseBelief(belief: Belief, words: readonly string[] = []) {
  const objects = belief.objects.map((object) => ({
    id: object.id,
    class_name: object.class_name,
    confidence: object.confidence,
    relation: object.relation,
    support: object.support,
    visible: object.visible,
    position_m: [object.pose.position.x, object.pose.position.y, object.pose.position.z],
  }));
  const fixtures = belief.fixtures.map((fixture) => ({
    id: fixture.id,
    kind: fixture.kind,
    state: fixture.state,
    contents_known: fixture.contents_known,
  }));
  const robots = belief.robots.map((robot) => ({ name: robot.name, held: robot.held_object }));
  const isAbout = (...texts: readonly string[]) =>
    words.every((word) => texts.some((text) => hasWord(text, word)));
  return {
    objects: objects.filter((object) =>
      isAbout(object.id, object.class_name, object.relation, object.support),
    ),
    fixtures: fixtures.filter((fixture) => isAbout(fixture.id, fixture.kind, fixture.state)),
    robots: robots.filter((robot) => isAbout(robot.name, robot.held, 'robot')),
  };
}

/** The words of a query that mean something; a plural also finds the one. */
export const queryWords = (query: string): readonly string[] =>
  query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !fillers.has(word));

const fillers = new Set(
  'the a an is are where what which of there any all my on in at it do you know and or'.split(' '),
);

const hasWord = (text: string, word: string): boolean =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .some((part) => part !== '' && (part === word || `${part}s` === word || `${part}es` === word));
