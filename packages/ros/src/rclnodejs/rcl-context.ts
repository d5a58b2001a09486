import { TransportContext, type TransportContextOptions } from '../context.ts';
import { leavingOnSignals } from '../leaving-on-signals.ts';
import type { RosContext } from '../port.ts';
import { InterfaceClasses } from './interface-classes.ts';
import { packageFolder, preparationFolder } from './preparation.ts';
import { RclTransport } from './rcl-transport.ts';
import { loadRclnodejs } from './readiness.ts';

/**
 * Joins the graph of the sourced ROS 2 as its own nodes do: by rcl and the RMW that is configured. Only for an
 * environment that `rclnodejsProblem` finds nothing wrong with.
 *
 * Leaves it on SIGINT and SIGTERM when nobody else in the process listens to them.
 */
export async function createRclContext(options: TransportContextOptions): Promise<RosContext> {
  const folder = preparationFolder(process.env.ROS_DISTRO!);
  const rcl = await loadRclnodejs(folder);
  const context = new rcl.Context();
  // Names, remappings and parameters are the port's own; rcl gets none of the process's arguments.
  await rcl.init(context, []);
  const classes = new InterfaceClasses(rcl, packageFolder(folder));
  return leavingOnSignals(new TransportContext(new RclTransport(rcl, context, classes), options));
}
