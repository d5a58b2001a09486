import type { BeliefView } from '../belief/belief-view.ts';
import { spokenName } from '../language/lexicon.ts';
import { labelOf, whereabouts } from '../reasoner/things.ts';

/** Says a sub-goal in the words of a person: "place apple in bowl". */
export function describeStep(
  view: BeliefView,
  skill: string,
  given: Readonly<Record<string, string>>,
): string {
  const name = (id: string | undefined) => (id === undefined ? '' : labelOf(view, id));
  const object = name(given.object);
  switch (skill) {
    case 'find':
      return `find ${object}`;
    case 'pick':
      return `pick ${object}`;
    case 'place-on':
      return `place ${object} on ${name(given.surface)}${given.near === undefined ? '' : ` near ${name(given.near)}`}`;
    case 'place-in':
      return `place ${object} in ${name(given.container)}`;
    case 'look':
      return `look at ${name(given.target)}`;
    case 'navigate':
      return `go to ${name(given.target)}`;
    case 'open':
    case 'close':
    case 'press':
      return `${skill} ${name(given.fixture)}`;
    case 'wipe':
      return `wipe ${name(given.target)} with ${name(given.tool)}`;
    case 'offer':
      return `hold ${object} before the face of ${name(given.to)}`;
    default:
      return [skill, ...Object.values(given).map(name)].join(' ');
  }
}

/** Says where a found thing is: "seen on the table, 0.97". */
export function describeSighting(view: BeliefView, id: string): string {
  const object = view.objects.find((candidate) => candidate.id === id);
  if (object === undefined) return `${spokenName(id)} is known`;
  return `${object.visible || object.ageS < 2 ? 'seen' : 'remembered'} ${whereabouts(view, object)}, ${object.confidence.toFixed(2)}`;
}

/** Says what holds at the end: "the apple is in the bowl". */
export function describeGoals(view: BeliefView, goals: readonly string[]): string {
  const sentences = goals.map((goal) => {
    const [, predicate = '', rest = ''] = /^([a-z-]+)(?:\((.*)\))?$/.exec(goal) ?? [];
    const [first = '', second = ''] = rest.split(', ').map((id) => labelOf(view, id));
    const [firstId = ''] = rest.split(', ');
    if (predicate === 'in' || predicate === 'on') return `the ${first} is ${predicate} the ${second}`;
    if (predicate === 'open' || predicate === 'closed') return `the ${first} is ${predicate}`;
    if (predicate === 'pressed') return `I pressed the ${first}`;
    if (predicate === 'wiped') return `the ${first} is wiped up`;
    if (predicate === 'offered') return `I hold the ${first} before the face of the ${second}`;
    if (predicate === 'holding') return `I hold the ${first}`;
    if (predicate === 'at') return `I am at the ${first}`;
    if (predicate === 'inspected') return `I looked at the ${first}${contentsOf(view, firstId)}`;
    if (predicate === 'known') {
      const object = view.objects.find((candidate) => candidate.id === firstId);
      return `the ${first} is ${object === undefined ? 'known' : whereabouts(view, object)}`;
    }
    return goal;
  });
  return sentences.length === 0 ? 'there was nothing to do' : sentences.join(', ');
}

function contentsOf(view: BeliefView, fixtureId: string): string {
  const there = view.objects.filter((object) => object.support === fixtureId && !object.missing);
  return there.length === 0 ? '' : ` and saw: ${there.map((object) => labelOf(view, object.id)).join(', ')}`;
}
