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
