import { Transform } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode, stampToNs, TransformListener } from '@efferent/ros';
import type { PersonSighting, PersonTracks } from './person-tracks.ts';

type Detection = MessageTypes['vision_msgs/msg/Detection3D'];

/** Class of people among detections; a second hypothesis names the part of the body. */
const personClass = 'person';
/** Detections below this score are no sighting: a detector that is so unsure sees people everywhere. */
const leastScore = 0.4;

/** Feeds the tracks of people from the robot's own detections, once it is known where the camera was. */
export function watchPeople(node: RosNode, tracks: PersonTracks): void {
  const transforms = new TransformListener(node);
  node.createSubscription(
    'vision_msgs/msg/Detection3DArray',
    'detections',
    { qos: qosProfiles.sensorData },
    ({ header, detections }) => {
      const people = detections.filter(isPerson);
      if (people.length === 0) return;
      const stampNs = stampToNs(header.stamp);
      transforms.whenKnown([['map', header.frame_id]], stampNs, () => {
        const mapFromCamera = transforms.lookup('map', header.frame_id, stampNs);
        if (mapFromCamera === undefined) return;
        tracks.observe(
          people.map((detection) => sightingOf(detection, mapFromCamera)),
          Number(stampNs) * 1e-9,
        );
      });
    },
  );
}

function isPerson({ results }: Detection): boolean {
  const first = results[0]?.hypothesis;
  return first?.class_id === personClass && first.score >= leastScore;
}

function sightingOf({ results, bbox }: Detection, mapFromCamera: Transform): PersonSighting {
  const { position: p, orientation: q } = bbox.center;
  const cameraFromBox = new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]);
  return {
    region: results[1]?.hypothesis.class_id ?? '',
    mapFromBox: mapFromCamera.multiply(cameraFromBox),
    sizeM: [bbox.size.x, bbox.size.y, bbox.size.z],
  };
}
