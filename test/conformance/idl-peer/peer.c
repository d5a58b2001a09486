/*
 * A peer that shares no code with this project: reads joint states with Cyclone DDS's typed C API, checks them, negates
 * every position and sends them back. Ends after one.
 */
#include <stdio.h>
#include <string.h>

#include "dds/dds.h"
#include "messages.h"

typedef sensor_msgs_msg_dds__JointState_ JointState;

int main(void) {
  const dds_entity_t participant = dds_create_participant(DDS_DOMAIN_DEFAULT, NULL, NULL);
  dds_qos_t *qos = dds_create_qos();
  dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
  const dds_topic_descriptor_t *type = &sensor_msgs_msg_dds__JointState__desc;
  const dds_entity_t said = dds_create_topic(participant, type, "rt/idl/joint_states", NULL, NULL);
  const dds_entity_t answered = dds_create_topic(participant, type, "rt/idl/negated", NULL, NULL);
  const dds_entity_t reader = dds_create_reader(participant, said, qos, NULL);
  const dds_entity_t writer = dds_create_writer(participant, answered, qos, NULL);
  if (reader < 0 || writer < 0) return 1;
  for (int tries = 0; tries < 10000; tries++) {
    void *samples[1] = {NULL};
    dds_sample_info_t info;
    const dds_return_t taken = dds_take(reader, samples, &info, 1, 1);
    if (taken == 1 && info.valid_data) {
      JointState *state = samples[0];
      for (uint32_t i = 0; i < state->position._length; i++) state->position._buffer[i] *= -1;
      printf("%d.%09u %s", state->header.stamp.sec, state->header.stamp.nanosec, state->header.frame_id);
      for (uint32_t i = 0; i < state->name._length; i++) printf(" %s", state->name._buffer[i]);
      printf("\n");
      fflush(stdout);
      dds_write(writer, state);
      dds_return_loan(reader, samples, taken);
      dds_sleepfor(DDS_MSECS(200));
      dds_delete(participant);
      return 0;
    }
    dds_sleepfor(DDS_MSECS(1));
  }
  return 2;
}
