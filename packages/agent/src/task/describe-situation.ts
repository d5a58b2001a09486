import type { BeliefView } from '../belief/belief-view.ts';
import { labelOf, whereabouts } from '../reasoner/things.ts';

/** Says in a few sentences what is known: the hand, the things and where they are, what is open. */
export function describeSituation(view: BeliefView, robotName: string): string {
  const robot = view.robots.find((candidate) => candidate.name === robotName);
  const held = robot === undefined || robot.held === '' ? 'nothing' : `the ${labelOf(view, robot.held)}`;
  const seen = view.objects
    .filter((object) => !object.missing && object.relation !== 'held-by')
    .map((object) => `${object.id} ${whereabouts(view, object)}`);
  const lost = view.objects.filter((object) => object.missing).map((object) => object.id);
  const parts = view.fixtures
    .filter((fixture) => fixture.opens && fixture.state !== 'unknown')
    .map((fixture) => `${fixture.id} is ${fixture.state}`);
  return [
    `${robotName} holds ${held}.`,
    seen.length === 0 ? 'No object is known.' : `Known: ${seen.join(', ')}.`,
    ...(lost.length === 0 ? [] : [`Not where they were: ${lost.join(', ')}.`]),
    ...(parts.length === 0 ? [] : [`${parts.join(', ')}.`]),
  ].join(' ');
}
