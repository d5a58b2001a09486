const longestText = 400;

/**
 * Makes what cameras, maps and robots say fit for a client's model: plain data, without control or invisible characters, and of
 * bounded length. Numbers keep three decimals.
 */
export function asData(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longestText);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toFixed(3)) : null;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, asData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
}

/** A record for a client, in both forms that MCP has for it. */
export function asResult(record: Readonly<Record<string, unknown>>, isError = false) {
  const structuredContent = asData(record) as Record<string, unknown>;
  return {
    content: [{ type: 'text' as const, text: JSON.stringify(structuredContent) }],
    structuredContent,
    isError,
  };
}
