/* Sends messages back changed, so that a field that was not understood shows. */
#include <stdio.h>
#include <string.h>

#include "peer.h"

typedef sensor_msgs_msg_dds__JointState_ JointState;
typedef std_msgs_msg_dds__UInt8MultiArray_ Bytes;
typedef idl_peer_msg_dds__Kinds_ Kinds;
typedef idl_peer_msg_dds__Part_ Part;

#define SWAP(type, one, other) do { type kept = one; one = other; other = kept; } while (0)
#define REVERSE(type, list, length) \
  for (uint32_t low = 0; low + 1 < (length) - low; low++) SWAP(type, (list)[low], (list)[(length) - 1 - low])

static void negate(JointState *state) {
  for (uint32_t i = 0; i < state->position._length; i++) state->position._buffer[i] *= -1;
  printf("%d.%09u %s", state->header.stamp.sec, state->header.stamp.nanosec, state->header.frame_id);
  for (uint32_t i = 0; i < state->name._length; i++) printf(" %s", state->name._buffer[i]);
  printf("\n");
  fflush(stdout);
}

static void invert(Bytes *bytes) {
  for (uint32_t i = 0; i < bytes->data._length; i++) bytes->data._buffer[i] ^= 0xff;
  REVERSE(std_msgs_msg_dds__MultiArrayDimension_, bytes->layout.dim._buffer, bytes->layout.dim._length);
}

static void turn(Kinds *kinds) {
  kinds->flag = !kinds->flag;
  kinds->one_byte ^= 0xff;
  kinds->letter ^= 0xff;
  kinds->i8 = ~kinds->i8;
  kinds->u8 = ~kinds->u8;
  kinds->i16 = ~kinds->i16;
  kinds->u16 = ~kinds->u16;
  if (kinds->mode == idl_peer_msg_dds__Kinds_Constants_MODE_HOLD) kinds->mode = idl_peer_msg_dds__Kinds_Constants_MODE_RUN;
  else if (kinds->mode == idl_peer_msg_dds__Kinds_Constants_MODE_RUN) kinds->mode = idl_peer_msg_dds__Kinds_Constants_MODE_HOLD;
  kinds->u32 = ~kinds->u32;
  kinds->i64 = ~kinds->i64;
  kinds->u64 = ~kinds->u64;
  kinds->f32 = -kinds->f32;
  kinds->f64 = -kinds->f64;
  for (size_t i = 0; i < strlen(kinds->label); i++) kinds->label[i] ^= 1;
  for (int row = 0; row < 3; row++)
    for (int column = row + 1; column < 3; column++) SWAP(double, kinds->matrix[3 * row + column], kinds->matrix[3 * column + row]);
  REVERSE(uint8_t, kinds->uuid, 16u);
  SWAP(char *, kinds->text, kinds->pair[0]);
  SWAP(char *, kinds->pair[0], kinds->pair[1]);
  REVERSE(Part, kinds->parts, 2u);
  REVERSE(float, kinds->few._buffer, kinds->few._length);
  for (uint32_t i = 0; i < kinds->tags._length; i++) REVERSE(char, kinds->tags._buffer[i], strlen(kinds->tags._buffer[i]));
  REVERSE(Part, kinds->some._buffer, kinds->some._length);
  REVERSE(Part, kinds->many._buffer, kinds->many._length);
  REVERSE(int16_t, kinds->shorts._buffer, kinds->shorts._length);
  for (uint32_t i = 0; i < kinds->bits._length; i++) kinds->bits._buffer[i] = !kinds->bits._buffer[i];
  kinds->stamp.sec = ~kinds->stamp.sec;
}

void echo(void) {
  const dds_entity_t joints = reader(&sensor_msgs_msg_dds__JointState__desc, "rt/idl/joint_states", reliable(10));
  const dds_entity_t negated = writer(&sensor_msgs_msg_dds__JointState__desc, "rt/idl/negated", reliable(10));
  const dds_entity_t pictures = reader(&std_msgs_msg_dds__UInt8MultiArray__desc, "rt/idl/bytes", reliable(2));
  const dds_entity_t inverted = writer(&std_msgs_msg_dds__UInt8MultiArray__desc, "rt/idl/inverted", reliable(2));
  const dds_entity_t all = reader(&idl_peer_msg_dds__Kinds__desc, "rt/idl/kinds", reliable(0));
  const dds_entity_t turned = writer(&idl_peer_msg_dds__Kinds__desc, "rt/idl/turned", reliable(0));
  while (is_wanted()) {
    JointState *state = take(joints);
    if (state != NULL) {
      negate(state);
      send(negated, state);
      give_back(joints, state);
    }
    Bytes *bytes = take(pictures);
    if (bytes != NULL) {
      invert(bytes);
      send(inverted, bytes);
      give_back(pictures, bytes);
    }
    for (Kinds *kinds = take(all); kinds != NULL; kinds = take(all)) {
      turn(kinds);
      send(turned, kinds);
      give_back(all, kinds);
    }
  }
}
