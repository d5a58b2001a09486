/**
 * Finds a robot's camera among the topics of the graph: the first by name that sends colour and what it is measured by.
 *
 * @param robot - namespace, e.g. `/stretch`
 * @returns the name below which its topics are, e.g. `/stretch/head_camera`
 */
export function cameraOf(topics: Iterable<string>, robot: string): string | undefined {
  const suffix = '/color/camera_info';
  return [...topics]
    .filter((topic) => topic.startsWith(`${robot}/`) && topic.endsWith(suffix))
    .map((topic) => topic.slice(0, -suffix.length))
    .sort()[0];
}

/** Finds the robots among the topics of the graph, by their descriptions: namespace, and whether it takes speeds of a base. */
export function findRobots(topics: Iterable<string>): { readonly name: string; readonly drives: boolean }[] {
  const all = new Set(topics);
  return [...all]
    .flatMap((topic) => /^(.*)\/robot_description$/.exec(topic)?.[1] ?? [])
    .sort()
    .map((name) => ({ name, drives: all.has(`${name}/cmd_vel`) }));
}
