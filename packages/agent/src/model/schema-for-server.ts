import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';

/** The part of JSON Schema that every server's strict mode accepts. */
export interface ServerSchema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  properties?: Record<string, ServerSchema>;
  required?: string[];
  additionalProperties?: false;
  items?: ServerSchema;
  enum?: string[];
  anyOf?: ServerSchema[];
}

/**
 * Writes an answer's schema as servers are sent it: inside the subsets that OpenAI's structured outputs, Anthropic's and
 * llama.cpp's grammars accept.
 *
 * Lengths of texts and lists are left out: some servers refuse them, and llama.cpp makes a rule that it refuses of a bound in
 * the thousands. They are checked when the answer is there.
 *
 * @throws {@link Error} for a schema that has no such form
 */
export function schemaForServer(schema: GenericSchema): ServerSchema {
  return strictPart(toJsonSchema(schema, { target: 'draft-07', typeMode: 'input' }) as JsonObject, 'answer');
}

type JsonObject = Readonly<Record<string, unknown>>;

const droppedKeywords = new Set([
  '$schema',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
]);

/** @param path - names the place in messages */
function strictPart(schema: JsonObject, path: string): ServerSchema {
  const part: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (droppedKeywords.has(keyword)) continue;
    switch (keyword) {
      case 'type':
      case 'required':
      case 'additionalProperties':
        part[keyword] = value;
        break;
      case 'properties':
        part.properties = Object.fromEntries(
          Object.entries(value as Readonly<Record<string, JsonObject>>).map(([name, each]) => [
            name,
            strictPart(each, `${path}.${name}`),
          ]),
        );
        break;
      case 'items':
        part.items = strictPart(value as JsonObject, `${path}[]`);
        break;
      case 'anyOf':
        part.anyOf = (value as readonly JsonObject[]).map((each) => strictPart(each, path));
        break;
      case 'enum':
        part.type = 'string';
        part.enum = value;
        break;
      default:
        throw new Error(`the schema of ${path} uses "${keyword}", which no server's strict mode accepts`);
    }
  }
  return part;
}
