import { qosProfiles, type RosNode } from '@efferent/ros';
import { type MuscleActivity, parseActivation } from './forearm/activation-request.ts';

/**
 * Has virtual muscles obey `/emg/activate`, which the buttons of the viewer publish.
 *
 * @param perform - of a source or an emulated device; effort is a fraction of a maximal contraction
 * @param defaultEffort - of a request that names none
 */
export function obeyActivations(
  node: RosNode,
  perform: (activity: MuscleActivity, effort: number) => void,
  defaultEffort: number,
): void {
  node.createSubscription(
    'std_msgs/msg/String',
    '/emg/activate',
    { qos: qosProfiles.default },
    ({ data }) => {
      const request = parseActivation(data);
      if (typeof request === 'string') node.logger.warn('activation-refused', { reason: request });
      else perform(request.gesture, request.effort ?? defaultEffort);
    },
  );
}
