const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

/** Longest text that is handled character by character; beyond it the platform's own functions are faster. */
const longestShort = 32;
/** Short texts that are kept; frame and joint names are few. */
const slots = 1024;
const kept: string[] = new Array<string>(slots).fill('');

/**
 * Decodes UTF-8. The same short ASCII texts come with every message, so that they are kept and only compared.
 *
 * @param end - exclusive; must not lie beyond `bytes`
 */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > longestShort) return textDecoder.decode(bytes.subarray(start, end));
  let hash = length;
  let all = 0;
  for (let i = start; i < end; i++) {
    const code = bytes[i]!;
    all |= code;
    hash = (Math.imul(hash, 31) + code) | 0;
  }
  if (all > 0x7f) return textDecoder.decode(bytes.subarray(start, end));
  const slot = (hash ^ (hash >>> 10)) & (slots - 1);
  const known = kept[slot]!;
  if (isAt(known, bytes, start, length)) return known;
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  kept[slot] = text;
  return text;
}

/**
 * Encodes a text as UTF-8.
 *
 * @param bytes - with room for 3 bytes a UTF-16 unit from `start`
 * @returns the number of bytes written
 */
export function writeText(bytes: Uint8Array<ArrayBuffer>, start: number, text: string): number {
  const { length } = text;
  if (length > longestShort) return textEncoder.encodeInto(text, bytes.subarray(start)).written;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return textEncoder.encodeInto(text, bytes.subarray(start)).written;
    bytes[start + i] = code;
  }
  return length;
}

function isAt(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
