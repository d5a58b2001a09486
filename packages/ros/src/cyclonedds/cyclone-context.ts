import { MiddlewareError } from '@efferent/core';
import type { TransportContextOptions } from '../context.ts';
import type { RosContext } from '../port.ts';

/** Joins the DDS graph. */
export function createCycloneContext(_options: TransportContextOptions): RosContext {
  throw new MiddlewareError({
    code: 'middleware-unavailable',
    message: 'the Cyclone DDS backend is not built yet',
  });
}
