/**
 * How ROS 2 names things on the DDS wire.
 *
 * @see https://design.ros2.org/articles/topic_and_service_names.html
 */

const topicPrefix = 'rt';
const requestPrefix = 'rq';
const replyPrefix = 'rr';
const requestSuffix = 'Request';
const replySuffix = 'Reply';

/** Topic that carries which node owns which endpoint; it has no prefix. */
export const discoveryInfoTopic = 'ros_discovery_info';
export const discoveryInfoType = 'rmw_dds_common/msg/ParticipantEntitiesInfo';

/** `/a/b` is `rt/a/b`. */
export const ddsTopic = (name: string): string => topicPrefix + name;
export const ddsRequestTopic = (service: string): string => `${requestPrefix}${service}${requestSuffix}`;
export const ddsReplyTopic = (service: string): string => `${replyPrefix}${service}${replySuffix}`;

/** Returns the ROS name of a DDS topic of messages; undefined for others. */
export function topicOf(ddsName: string): string | undefined {
  return ddsName.startsWith(`${topicPrefix}/`) ? ddsName.slice(topicPrefix.length) : undefined;
}

/** Returns the service whose requests a DDS topic carries; undefined for others. */
export function serviceOfRequests(ddsName: string): string | undefined {
  return between(ddsName, requestPrefix, requestSuffix);
}

/** Returns the service whose replies a DDS topic carries; undefined for others. */
export function serviceOfReplies(ddsName: string): string | undefined {
  return between(ddsName, replyPrefix, replySuffix);
}

/** `std_msgs/msg/String` is `std_msgs::msg::dds_::String_`. */
export function ddsType(typeName: string): string {
  const [packageName, kind, name] = typeName.split('/');
  return `${packageName}::${kind}::dds_::${name}_`;
}

/** Returns the ROS name of a DDS type; names that are not of ROS stay as they are. */
export function typeOf(ddsName: string): string {
  const [, packageName, kind, name] = /^(\w+)::(\w+)::dds_::(\w+)_$/.exec(ddsName) ?? [];
  return name === undefined ? ddsName : `${packageName}/${kind}/${name}`;
}

/** Returns the service of a DDS request or reply type. */
export function serviceTypeOf(ddsName: string): string {
  return typeOf(ddsName).replace(/_(?:Request|Response)$/, '');
}

/** Text that an endpoint announces, e.g. `typehash=RIHS01_…;`. */
export function userDataOf(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${value};`)
    .join('');
}

/** Reads one entry of what an endpoint announces. */
export function userDataEntry(userData: string, key: string): string | undefined {
  for (const entry of userData.split(';'))
    if (entry.startsWith(`${key}=`)) return entry.slice(key.length + 1);
  return undefined;
}

/** Writes bytes as rmw_cyclonedds writes client and service ids: hexadecimal, dotted, the first padded by a space. */
export function dottedId(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => byte.toString(16)).join('.');
  return text[1] === '.' ? ` ${text}` : text;
}

function between(name: string, prefix: string, suffix: string): string | undefined {
  if (!name.startsWith(`${prefix}/`) || !name.endsWith(suffix)) return undefined;
  return name.slice(prefix.length, -suffix.length);
}
