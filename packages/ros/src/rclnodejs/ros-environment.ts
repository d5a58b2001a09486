export type Environment = Readonly<Record<string, string | undefined>>;

/** Tells whether the shell has sourced a ROS 2. */
export const isRosSourced = ({ AMENT_PREFIX_PATH, ROS_DISTRO }: Environment): boolean =>
  Boolean(AMENT_PREFIX_PATH) && Boolean(ROS_DISTRO);
