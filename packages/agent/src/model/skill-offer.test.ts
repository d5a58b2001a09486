import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@efferent/core';
import { parsePredicate, type SkillContract, skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import { kitchenView, robotName } from '../testing/kitchen-view.ts';
import { renderPrompt } from './render-prompt.ts';
import { mostToldWhole, type Offer, SkillOffer } from './skill-offer.ts';

/** Skills that a household robot of a user may have besides those of the library, and what they bring about. */
const others = `pour: Pour a liquid from a held vessel into another. > in(object, target)
polish: Polish the silver with a cloth until it shines. > inspected(target)
vacuum: Vacuum the floor of a room. > inspected(target)
mop: Mop the floor of a room with water. > inspected(target)
water-plant: Water a plant with the can. > inspected(target)
fold-towel: Fold a towel or a shirt on a table. > on(object, target)
load-dishwasher: Load a dirty plate, cup or cutlery into the dishwasher. > in(object, target)
unload-dishwasher: Take clean crockery out of the dishwasher. > holding(object)
start-dishwasher: Start the programme of the dishwasher. > closed(target)
start-washing: Start the washing machine. > closed(target)
hang-laundry: Hang a piece of laundry on the rack. > on(object, target)
press-button: Press a button or a switch. > inspected(target)
switch-light: Switch a lamp on or off. > inspected(target)
turn-knob: Turn a knob to a position. > inspected(target)
dock: Drive onto the charging dock. > at(target)
follow-person: Follow a person through the house. > at(target)
greet: Greet a person with a wave. > inspected(target)
speak: Say a sentence aloud. > inspected(target)
take-photo: Take a photo of something. > inspected(target)
measure-temperature: Measure the temperature of a room. > inspected(target)
patrol: Patrol all rooms of the house at night. > at(target)
climb-stairs: Climb the stairs to another floor. > at(target)
ride-lift: Ride the lift to another floor. > at(target)
open-window: Open a window to let air in. > open(target)
close-window: Close a window. > closed(target)
open-curtain: Draw the curtains open. > open(target)
unlock-door: Unlock the front door with the code. > open(target)
open-bottle: Unscrew the cap of a bottle. > open(object)
open-jar: Unscrew the lid of a jar. > open(object)
close-jar: Screw the lid of a jar tight. > closed(object)
slice: Slice bread or fruit with a knife. > on(object, target)
peel: Peel a fruit or a vegetable. > holding(object)
stir: Stir the contents of a pot. > in(object, target)
whisk: Whisk eggs in a bowl. > in(object, target)
grate: Grate cheese over a dish. > on(object, target)
fry: Fry something in a pan. > in(object, target)
boil-water: Boil water in the kettle. > inspected(target)
make-coffee: Make a cup of coffee with the machine. > in(object, target)
toast: Toast a slice of bread. > in(object, target)
feed-cat: Fill the bowl of the cat with food. > in(object, target)
throw-ball: Throw a ball for the dog. > inspected(target)
stack-blocks: Stack toy blocks on each other. > on(object, target)
push-chair: Push a chair under the table. > at(target)
make-bed: Make the bed and straighten the blanket. > on(object, target)
set-table: Set the table for a meal. > on(object, target)
sort-mail: Sort letters into trays. > in(object, target)
scan-barcode: Scan the barcode of a package. > inspected(target)
weigh: Weigh an object on the scale. > on(object, target)
hand-over: Hand a held object into the hand of a person. > hand-empty
suction-pick: Pick up a flat object by suction. > holding(object)`
  .split('\n')
  .map((line): SkillContract => {
    const [, name = '', description = '', effect = ''] = /^([a-z-]+): (.*) > (.*)$/.exec(line)!;
    const parameter = (of: string) => ({
      name: of,
      types: ['object' as const],
      required: true,
      description: 'what',
    });
    return {
      name,
      description,
      parameters: [parameter('object'), parameter('target')],
      preconditions: [],
      effects: [parsePredicate(effect)],
      failureCodes: [],
      resources: ['arm'],
      timeLimitS: 60,
    };
  });
const library = Object.values(skillContracts);
const skills = [...others.slice(0, 25), ...library, ...others.slice(25)];
const everything: Offer = {
  skills,
  robots: [{ name: robotName, skills: skills.map((skill) => skill.name) }],
};

interface Card {
  readonly id: string;
  readonly instructions: readonly string[];
  readonly slots?: Readonly<Record<string, { readonly choose?: readonly unknown[] }>>;
}

/** Every instruction that the task cards of every scene can give, without those that a perturbation adds. */
function instructionsOfCards(): readonly string[] {
  const scenes = join(import.meta.dirname, '../../../../sim-scenes');
  return readdirSync(scenes, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/]+\/tasks\/.*\.yaml$/.test(path))
    .sort()
    .flatMap((path) => {
      const card = parseYaml(readFileSync(join(scenes, path), 'utf8'), path) as Card;
      return card.instructions.flatMap((text) => filledIn(text, card.slots ?? {}));
    });
}

function filledIn(text: string, slots: NonNullable<Card['slots']>): readonly string[] {
  const slot = Object.keys(slots).find((name) => text.includes(`{${name}}`));
  if (slot === undefined) return [text];
  const words = (slots[slot]!.choose ?? []).map((choice) =>
    typeof choice === 'object' && choice !== null ? String(Object.values(choice)[0]) : String(choice),
  );
  return words.flatMap((word) => filledIn(text.replaceAll(`{${slot}}`, word), slots));
}

/** Library skills that an instruction may need on the way, whatever stands where: all that can be in a plan of the cards. */
const needed = ['navigate', 'look', 'pick', 'place-on', 'place-in', 'open', 'close'];

describe(`with ${skills.length} skills`, () => {
  test('every task card is told the skills that its plans need, and few others', async () => {
    const instructions = instructionsOfCards();
    expect(instructions.length).toBeGreaterThan(50);
    for (const instruction of instructions) {
      const { skills: told } = await new SkillOffer().choose([instruction], everything);
      const names = told.map((skill) => skill.name);
      expect(names, instruction).toEqual(expect.arrayContaining(needed));
      expect(names.length, instruction).toBeLessThanOrEqual(26);
    }
  });

  test.each([
    ['make me a coffee', 'make-coffee'],
    ['water the plant', 'water-plant'],
    ['switch the lamp on', 'switch-light'],
    ['unscrew the lid of the jar', 'open-jar'],
    ['vacuum the living room', 'vacuum'],
    ['please slice the bread', 'slice'],
    ['folding the towels would be nice', 'fold-towel'],
  ])('"%s" is told of %s', async (instruction, name) => {
    const { skills: told } = await new SkillOffer().choose([instruction], everything);
    expect(told.map((skill) => skill.name)).toContain(name);
  });

  test('a precondition of what is told can be met by what is told', async () => {
    const { skills: told } = await new SkillOffer().choose(['make me a coffee'], everything);
    const made = new Set(
      told.flatMap((skill) => skill.effects.filter((term) => !term.negated).map((term) => term.predicate)),
    );
    const anywhere = new Set(skills.flatMap((skill) => skill.effects.map((term) => term.predicate)));
    for (const { preconditions } of told)
      for (const { predicate } of preconditions)
        if (anywhere.has(predicate)) expect(made).toContain(predicate);
  });

  test('the prompt stays less than half of what it would be, and robots are said to have no other skill', async () => {
    const belief = kitchenView([]);
    const request = {
      question: { purpose: 'decompose' as const },
      instruction: 'put the apple in the bowl',
      belief,
    };
    const rest = { history: [], failures: [], answers: {}, achieved: [], bindings: {} };
    const offer = await new SkillOffer().choose([request.instruction], everything);
    const lengthOf = (each: Offer) => {
      const { system } = renderPrompt({ ...request, ...rest, ...each });
      return system.indexOf('# map fixtures') - system.indexOf('# skills');
    };
    expect(lengthOf(offer)).toBeLessThan(0.55 * lengthOf(everything));
    expect(offer.robots[0]!.skills).toEqual(offer.skills.map((skill) => skill.name));
  });

  test('what was told once in a task stays told, in the order of the skills', async () => {
    const offer = new SkillOffer();
    await offer.choose(['make me a coffee'], everything);
    const names = (await offer.choose(['make me a coffee', 'water the plant'], everything)).skills.map(
      (skill) => skill.name,
    );
    expect(names).toEqual(expect.arrayContaining(['make-coffee', 'water-plant']));
    expect(names).toEqual(skills.map((skill) => skill.name).filter((name) => names.includes(name)));
  });
});

test('few skills are all told', async () => {
  const few: Offer = { skills: skills.slice(0, mostToldWhole), robots: [] };
  expect(await new SkillOffer().choose(['dance'], few)).toEqual(few);
});
