import { type FastDecode, generateDecode } from './generated-decode.ts';
import { type FastEncode, generateEncode } from './generated-encode.ts';
import type { StructLayout } from './layout.ts';

/** Larger types are left to the general codec: compilers give up on functions that long. */
const mostFields = 500;

/**
 * Code for one type. What it does not do gives `undefined`: messages that lack a field or are wrong, bytes that are
 * malformed or big-endian. The general codec does those, and says what is wrong.
 */
export interface FastCodec {
  readonly encode: FastEncode;
  readonly decode: FastDecode;
}

/** Generates the code of a type when it is first used; undefined where code must not be generated, or not for this type. */
export function generateCodec(layout: StructLayout): FastCodec | undefined {
  if (countFields(layout) > mostFields || !isLittleEndian || !mayGenerate()) return undefined;
  let encode: FastEncode | undefined;
  let decode: FastDecode | undefined;
  return {
    encode: (message, isTransient) => {
      encode ??= generateEncode(layout);
      return encode(message, isTransient);
    },
    decode: (bytes) => {
      decode ??= generateDecode(layout);
      return decode(bytes);
    },
  };
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Fields at any depth; more than are allowed when one is a `wstring`, which no common message has. */
function countFields(layout: StructLayout): number {
  return layout.fields.reduce((sum, { field, struct }) => {
    if (struct !== undefined) return sum + countFields(struct);
    return sum + (field.type === 'wstring' ? mostFields + 1 : 1);
  }, 0);
}

let isAllowed: boolean | undefined;

/** A page's content security policy can forbid it, and so can a flag of Node. */
function mayGenerate(): boolean {
  if (isAllowed === undefined) {
    try {
      isAllowed = new Function('return true')() === true;
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
      isAllowed = false;
    }
  }
  return isAllowed;
}
