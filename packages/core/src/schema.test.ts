import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, EfferentError } from './errors.ts';
import { parseWithSchema } from './schema.ts';

const schema = z.strictObject({
  robot: z.string(),
  joints: z.array(z.object({ limit_m: z.number().positive() })),
});

describe('parseWithSchema', () => {
  it('returns valid data', () => {
    const data = { robot: 'stretch', joints: [{ limit_m: 1.1 }] };
    expect(parseWithSchema(schema, data, 'robot.yaml')).toEqual(data);
  });

  it('names the file and every field that is wrong', () => {
    const wrong = { robot: 3, joints: [{ limit_m: -1 }], colour: 'red' };
    let caught: unknown;
    try {
      parseWithSchema(schema, wrong, 'robots/stretch/robot.yaml');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigurationError);
    expect(EfferentError.isInstance(caught)).toBe(true);
    const message = (caught as ConfigurationError).message;
    expect(message).toContain('robots/stretch/robot.yaml: robot: ');
    expect(message).toContain('robots/stretch/robot.yaml: joints.0.limit_m: ');
    expect(message).toContain('colour');
  });
});
