import { createContext, type MiddlewareName } from '@efferent/ros';
import { measureRoundTrips } from './round-trips.ts';

/**
 * Measures round trips with a load process of the same middleware, in a process of its own: a middleware cannot be
 * beside another one that brings its own copy of the same libraries. Prints them as one JSON line.
 *
 * Arguments: the middleware, and how long to measure, ms.
 */
const [middleware, durationMs] = process.argv.slice(2);
const context = await createContext({ middleware: middleware as MiddlewareName });
const node = await context.createNode('measure', { namespace: '/bench' });
const roundTripsUs = await measureRoundTrips(node, Number(durationMs));
process.stdout.write(`${JSON.stringify([...roundTripsUs])}\n`);
await context.shutdown();
