import { load, YAML11_SCHEMA } from 'js-yaml';

/** Reads a condition: true, false, 1 or 0 in any case, nothing else. @throws {Error} with a reason */
export function parseCondition(text: string): boolean {
  const lower = text.trim().toLowerCase();
  if (lower === 'true' || lower === '1') return true;
  if (lower === 'false' || lower === '0') return false;
  throw new Error(`expected true, false, 1 or 0, got "${text}"`);
}

/** Reads a boolean as launch does everywhere but in conditions: 1, 0 or a boolean of YAML 1.1. @throws {Error} */
export function parseBoolean(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new Error(`expected a boolean (true, false, 1 or 0), got "${text}"`);
}

/** Reads a number as Python's `float` does. @throws {Error} with a reason */
export function parseNumber(text: string): number {
  const trimmed = text.trim();
  const parsed = trimmed === '' ? Number.NaN : Number(trimmed);
  if (!Number.isFinite(parsed)) throw new Error(`must be a number, got "${text}"`);
  return parsed;
}

/** Reads a whole number. @throws {Error} with a reason */
export function parseInteger(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error(`must be a whole number, got "${text}"`);
  return Number(text);
}

/** Reads YAML 1.1, which launch files and parameter files are written in. @returns undefined for an empty text. @throws */
export function loadYaml(text: string): unknown {
  return text.trim() === '' ? undefined : load(text, { schema: YAML11_SCHEMA });
}
