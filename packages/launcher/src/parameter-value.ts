import { loadYaml, parseBoolean, parseInteger, parseNumber } from './values.ts';

/** Types that `<param type>` may name. */
const parameterTypes = [
  'str',
  'int',
  'float',
  'bool',
  'list_of_str',
  'list_of_int',
  'list_of_float',
  'list_of_bool',
  'yaml',
] as const;
type ScalarType = 'str' | 'int' | 'float' | 'bool';

/**
 * Writes the value of a `<param>` as YAML on one line, with the type that launch_ros gives it.
 *
 * @param raw - the attribute as it is written
 * @param options - `type` and `value-sep` of the element
 * @param evaluate - puts in substitutions
 * @throws {Error} with a reason; the caller adds the place
 */
export function parameterYaml(
  raw: string,
  options: { readonly type: string | undefined; readonly separator: string | undefined },
  evaluate: (text: string) => string,
): string {
  const type = options.type ?? 'yaml';
  if (!(parameterTypes as readonly string[]).includes(type))
    throw new Error(`type must be one of ${parameterTypes.join(', ')}, got "${type}"`);
  if (options.separator !== undefined && options.separator !== '') {
    const item = type.startsWith('list_of_') ? type.slice('list_of_'.length) : type;
    const items = raw.split(options.separator).map((each) => scalarYaml(evaluate(each), item));
    return `[${items.join(', ')}]`;
  }
  if (type.startsWith('list_of_')) return typedList(evaluate(raw), type.slice('list_of_'.length));
  if (type !== 'yaml') return scalarYaml(evaluate(raw), type);
  return untypedYaml(raw, evaluate);
}

/** Writes the value of a `<set_parameter>` for `-p`. @throws {Error} with a reason; the caller adds the place */
export function scopeParameterYaml(text: string): string {
  if (text === '') return "''";
  const yaml = valueYaml(text);
  // A plain word needs no quotes; those that rcl takes for booleans or numbers do.
  const isWord = yaml === JSON.stringify(text) && /^[A-Za-z_/][\w/.-]+$/.test(text);
  return isWord && !/^(nan|inf|infinity|null)$/i.test(text) ? text : yaml;
}

/** Quotes around a whole value are YAML's and go before substitutions are put in, as in launch. */
function untypedYaml(raw: string, evaluate: (text: string) => string): string {
  const parsed = tryYaml(raw);
  if (typeof parsed !== 'string') return valueYaml(evaluate(raw));
  return /(?<!\\)\$\(/.test(parsed) ? valueYaml(evaluate(parsed)) : stringYaml(evaluate(parsed));
}

/** Types a text as YAML 1.1 does; what is no YAML at all is a string. */
function valueYaml(text: string): string {
  const value = tryYaml(text);
  if (value === undefined) return stringYaml(text);
  if (Array.isArray(value)) return listYaml(value, text);
  if (typeof value === 'number') return numberYaml(value, /^\s*[-+]?\d[\d_]*\s*$|^\s*[-+]?0[xob]/.test(text));
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return stringYaml(value);
  throw new Error(`expected a boolean, a number, a text, or a list of one of them, got "${text}"`);
}

function listYaml(values: readonly unknown[], text: string): string {
  const [first] = values;
  const kinds: readonly string[] = ['boolean', 'number', 'string'];
  if (!values.every((each) => typeof each === typeof first && kinds.includes(typeof each)))
    throw new Error(`the items of a list must all be booleans, numbers or texts, got "${text}"`);
  const isWhole = values.every(Number.isInteger) && !/[.]/.test(text);
  const items = values.map((each) => {
    if (typeof each === 'number') return numberYaml(each, isWhole);
    return typeof each === 'string' ? stringYaml(each) : String(each);
  });
  return `[${items.join(', ')}]`;
}

function typedList(text: string, type: string): string {
  const values = loadYaml(text);
  if (!Array.isArray(values)) throw new Error(`expected a list like [a, b], got "${text}"`);
  return `[${values.map((each) => scalarYaml(String(each), type)).join(', ')}]`;
}

function scalarYaml(text: string, type: string): string {
  switch (type as ScalarType | 'yaml') {
    case 'str':
      return stringYaml(text);
    case 'int':
      return String(parseInteger(text));
    case 'float':
      return numberYaml(parseNumber(text), false);
    case 'bool':
      return String(parseBoolean(text));
    case 'yaml':
      return valueYaml(text);
  }
}

/** `y` and `n` are texts to PyYAML, and `1e3` is written without quotes by it and read as a number by rcl. */
function tryYaml(text: string): unknown {
  const trimmed = text.trim();
  if (/^[yn]$/i.test(trimmed)) return trimmed;
  if (/^[-+]?(\d+\.?\d*|\.\d+)e[-+]?\d+$/i.test(trimmed)) return Number(trimmed);
  try {
    return loadYaml(text);
  } catch {
    // A sentence with ": " or an unquoted bracket: a plain text, as launch takes it.
    return undefined;
  }
}

/** A double keeps its point: ROS parameters know whole numbers as a type of their own. */
function numberYaml(value: number, isWhole: boolean): string {
  if (isWhole || !Number.isInteger(value)) {
    if (Number.isNaN(value)) return '.nan';
    return Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}.inf`;
  }
  return Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

const stringYaml = (text: string): string => JSON.stringify(text);
