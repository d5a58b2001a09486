import type { z } from 'zod';
import { ConfigurationError } from './errors.ts';

/**
 * Checks parsed data against a schema and names the file and field of everything that is wrong.
 *
 * @param schema - what the data must look like
 * @param data - the parsed data (YAML, JSON, …)
 * @param file - what to call the source in the message, usually a path
 * @throws {@link ConfigurationError} code `invalid-file`; one line a problem, each `file: field: reason`
 */
export function parseWithSchema<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  file: string,
): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const field = issue.path.map(String).join('.') || '(whole file)';
    return { field, reason: issue.message };
  });
  throw new ConfigurationError({
    code: 'invalid-file',
    message: problems.map(({ field, reason }) => `${file}: ${field}: ${reason}`).join('\n'),
    fields: { file, problems },
  });
}
