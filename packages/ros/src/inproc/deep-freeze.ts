/** Freezes a message at every depth, so that a receiver that changes one fails; typed arrays cannot be frozen. */
export function deepFreeze(value: object): void {
  if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
}
