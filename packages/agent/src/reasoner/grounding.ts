import { atom } from '../belief/atom.ts';
import type { Command, NounPhrase } from '../language/command.ts';
import { plainPhrase } from '../language/plain-phrase.ts';
import type { Grounding } from './goal.ts';
import { GoalDraft } from './goal-draft.ts';
import { offer, press, wipe } from './ground-care.ts';
import { clear, look, openClose } from './ground-furniture.ts';
import { bring, put, putAway, release } from './ground-transfer.ts';
import { Interruption, notUnderstood } from './interruption.ts';
import { resolvePlace } from './resolve-fixture.ts';
import type { ObjectContext } from './resolve-object.ts';

/** Things last seen longer ago are looked for again when the person asks where they are, s. */
const findAgainS = 10;

/**
 * Turns commands into conditions on the things of the belief.
 *
 * @returns goals, or what must be asked or seen before goals can be stated
 */
export function groundCommands(
  commands: readonly Command[],
  context: ObjectContext,
  robot: string,
): Grounding {
  try {
    const draft = new GoalDraft(context, robot);
    for (const command of commands) {
      if (command.after) draft.beginStage();
      groundCommand(draft, command);
    }
    return draft.grounding;
  } catch (thrown) {
    if (thrown instanceof Interruption) return thrown.grounding;
    throw thrown;
  }
}

const bin = plainPhrase('bin', { kind: 'fixture', noun: 'bin', fixtureKind: 'bin' });

function groundCommand(draft: GoalDraft, command: Command): void {
  switch (command.verb) {
    case 'put':
      put(draft, command.objects, command.chain);
      break;
    case 'bring':
      bring(draft, command.objects, command.to);
      break;
    case 'put-away':
      putAway(draft, command.objects);
      break;
    case 'throw-away':
      put(draft, command.objects, [{ preposition: 'in', object: bin }]);
      break;
    case 'pick':
      for (const name of draft.things(command.objects)) draft.add(atom('holding', name));
      break;
    case 'release':
      release(draft);
      break;
    case 'open':
    case 'close':
      openClose(draft, command.objects, command.verb);
      break;
    case 'find':
      find(draft, command.objects);
      break;
    case 'look':
      look(draft, command.objects);
      break;
    case 'clear':
      clear(draft, command.objects, command.to);
      break;
    case 'go':
      draft.add(atom('at', placeOf(draft, command.to)), { renew: true });
      break;
    case 'press':
      press(draft, command.objects);
      break;
    case 'wipe':
      wipe(draft, command.objects, command.with);
      break;
    case 'offer':
      offer(draft, draft.things(command.objects), command.to);
      break;
    case 'stow':
      draft.add(atom('stowed'), { renew: true });
      break;
  }
}

function find(draft: GoalDraft, objects: readonly NounPhrase[]): void {
  for (const phrase of objects) {
    if (phrase.meaning?.kind === 'fixture') {
      look(draft, [phrase]);
      continue;
    }
    for (const name of draft.things([phrase])) {
      const seen = draft.view.objects.find((object) => object.id === name);
      draft.add(atom('known', name), {
        renew: seen !== undefined && seen.ageS > findAgainS && seen.relation !== 'held-by',
      });
    }
  }
}

function placeOf(draft: GoalDraft, phrase: NounPhrase): string {
  const place = resolvePlace(draft.view, phrase);
  if (place !== undefined) return place.id;
  const fixture = draft.fixture(phrase, 'any');
  if (fixture !== undefined) return fixture.id;
  if (phrase.meaning?.kind === 'object') return draft.things([phrase])[0]!;
  const names = draft.view.places.map((candidate) => candidate.label);
  throw notUnderstood(
    `I know of no place "${phrase.text.replace(/^the /, '')}". Places I know: ${names.join(', ')}.`,
  );
}
