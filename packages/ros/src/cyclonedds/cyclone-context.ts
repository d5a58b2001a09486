import { CycloneParticipant, cycloneConfiguration, domainIdFromEnvironment } from '@efferent/cyclonedds';
import { loadAmentInterfaces } from '@efferent/interfaces/node';
import { TransportContext, type TransportContextOptions } from '../context.ts';
import { leavingOnSignals } from '../leaving-on-signals.ts';
import { standardErrorSink } from '../log.ts';
import type { RosContext } from '../port.ts';
import { RealTimeExecutor } from '../real-time-executor.ts';
import { CycloneTransport } from './cyclone-transport.ts';

/**
 * Joins the DDS graph that the environment names (`ROS_DOMAIN_ID`, `ROS_AUTOMATIC_DISCOVERY_RANGE`, `CYCLONEDDS_URI`),
 * with the interfaces of a sourced ROS 2 (`AMENT_PREFIX_PATH`) over the bundled ones.
 *
 * Leaves it on SIGINT and SIGTERM when nobody else in the process listens to them.
 *
 * @throws {@link MiddlewareError} when the addon is missing, {@link ConfigurationError} for a wrong variable
 */
export function createCycloneContext(options: TransportContextOptions): RosContext {
  const domainId = domainIdFromEnvironment(process.env);
  // Definitions differ between distributions, and peers compare type hashes: an installed ROS 2 decides.
  if (process.env.AMENT_PREFIX_PATH !== undefined) loadAmentInterfaces(process.env.AMENT_PREFIX_PATH);
  const participant = new CycloneParticipant(domainId, cycloneConfiguration(process.env), 'enclave=/;');
  participant.holdProcess(true);
  const executor = new RealTimeExecutor();
  const sink = options.logSink ?? standardErrorSink;
  const transport = new CycloneTransport(participant, executor, (event, fields) =>
    sink({ level: 'warn', node: 'ros', stampNs: executor.systemClock.nowNs(), event, fields }),
  );
  return leavingOnSignals(new TransportContext(transport, options));
}
