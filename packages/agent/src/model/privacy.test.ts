import { skillContracts } from '@efferent/skills';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everydayObjects, kitchenView, objectView, robotOffer } from '../testing/kitchen-view.ts';
import { MisbehavingServer } from '../testing/misbehaving-server.ts';
import { cappedFetch } from './capped-fetch.ts';
import type { LanguageModelRequest } from './language-model.ts';
import { openAiCompatible } from './openai-compatible.ts';
import { PrivateStrings } from './private-strings.ts';
import { PromptedModel } from './prompted-model.ts';
import { type GoalList, goalListSchema } from './proposal.ts';
import { defaultCallSettings, ServedChat } from './served-chat.ts';

let server: MisbehavingServer;
beforeAll(async () => {
  server = await MisbehavingServer.start(() => ({ status: 500 }));
});
afterAll(() => server.close());

const modelWith = (people: readonly string[], strings: readonly string[]) => {
  const variables = { url: 'U', model: 'M', key: 'K' };
  const address = { baseUrl: server.url, model: 'm', apiKey: '', variables, fetch: cappedFetch(1_000_000) };
  const chat = new ServedChat(openAiCompatible(address), address, defaultCallSettings);
  return new PromptedModel(chat, new PrivateStrings({ people, strings }));
};

/** A request with the given texts wherever a person's words can come to be. */
const requestWith = (texts: readonly string[]): LanguageModelRequest<GoalList> => {
  const text = (index: number) => texts[index % texts.length]!;
  const [apple] = everydayObjects();
  return {
    question: { purpose: 'plan-goals', dialogue: [{ speaker: 'user', text: text(0) }] },
    instruction: text(1),
    belief: kitchenView([apple!, objectView(`${text(2)}-mug-1`, 'on', 'table-top')]),
    skills: Object.values(skillContracts),
    robots: [robotOffer],
    history: [{ kind: 'answer', text: text(3) }],
    failures: [
      {
        robot: '/stretch',
        skill: 'pick',
        arguments: { object: text(4) },
        code: 'x',
        message: text(5),
        count: 1,
      },
    ],
    answers: { [text(6)]: text(7) },
    achieved: [text(8)],
    bindings: { [text(9)]: text(10) },
    recollections: [text(11)],
    excluded: { [text(12)]: [text(13)] },
    schema: goalListSchema,
    maxOutputTokens: 100,
  };
};

/** Words that no prompt of ours holds. */
const word = fc.stringMatching(/^[A-Za-zäöüéß]{2,6}$/).map((letters) => `Qx${letters}`);
const entry = fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => words.join(' '));
const around = fc.constantFrom(' ', '\n', '\t', '"', '\\', '\u2028', "'s ", '-', '<', ', ');

test('no private string is in what a server is sent, wherever it stood, and what it answers with them is restored', async () => {
  const cases = fc
    .uniqueArray(entry, { minLength: 2, maxLength: 4, selector: (text) => text.toLowerCase() })
    .chain((entries) => {
      const spelled = fc
        .constantFrom(...entries)
        .chain((text) =>
          fc.constantFrom(text, text.toUpperCase(), text.toLowerCase(), text.replace(' ', '\n')),
        );
      const text = fc
        .array(fc.tuple(around, spelled, around), { minLength: 1, maxLength: 3 })
        .map((parts) => `the mug of${parts.flat().join('')}`);
      return fc.tuple(fc.constant(entries), fc.array(text, { minLength: 1, maxLength: 5 }));
    });
  await fc.assert(
    fc.asyncProperty(cases, async ([entries, texts]) => {
      const seen: string[] = [];
      server.answer = (index) => {
        // The model repeats the whole dialogue, as far as it was told.
        const told = textsOf(server.bodies[index]!);
        seen.push(server.bodies[index]!, ...told);
        const [, line = ''] = /# question dialogue\n- (.*)/.exec(told.join('\n')) ?? [];
        const { text } = JSON.parse(line) as { readonly text: string };
        const { goals, lines } = { goals: [], lines: [text.slice(0, 240)] };
        return {
          content: JSON.stringify({
            status: 'plan',
            message: text.slice(0, 600),
            lines,
            goals,
            complete: true,
            question: null,
          }),
        };
      };
      const { output } = await modelWith(entries.slice(0, 1), entries.slice(1)).generate(requestWith(texts));
      for (const text of seen) expect(text.match(/.{0,20}qx.{0,20}/i)).toBeNull();
      expect(output.message).toBe(texts[0]);
    }),
    { numRuns: 40 },
  );
});

const textsOf = (body: string): readonly string[] =>
  (
    JSON.parse(body) as {
      readonly messages: readonly { readonly content: string | readonly { readonly text: string }[] }[];
    }
  ).messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map(({ text }) => text),
  );
