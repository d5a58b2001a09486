#include "binding.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TAKE 256
/* Samples from this size up are handed to JavaScript without a copy; below, a copy is cheaper than a finalizer. */
#define EXTERNAL_FROM_BYTES 4096
/* Samples that were copied share a buffer up to this size; keeping one keeps them all. */
#define SHARED_BUFFER_BYTES 65536

static bool byte_argument(napi_env env, napi_value value, uint8_t **bytes, size_t *size) {
  napi_typedarray_type type;
  return napi_get_typedarray_info(env, value, &type, size, (void **)bytes, NULL, NULL) == napi_ok &&
         type == napi_uint8_array;
}

/* A sample that waits to be sent; `sample` is NULL once it is. */
struct held {
  struct ddsi_serdata *sample;
  int64_t size;
};

static void let_go(napi_env env, struct held *held) {
  int64_t total;
  if (held->sample == NULL) return;
  ddsi_serdata_unref(held->sample);
  held->sample = NULL;
  napi_adjust_external_memory(env, -held->size, &total);
}

static void held_finalize(napi_env env, void *data, void *hint) {
  (void)hint;
  let_go(env, data);
  free(data);
}

/* hold(writer, bytes: Uint8Array): external; a copy outside JavaScript's memory that write() takes any number of times */
napi_value hold_sample(napi_env env, napi_callback_info info) {
  size_t count = 2, size = 0;
  napi_value arguments[2], result;
  uint8_t *bytes = NULL;
  int64_t total;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *writer = count < 2 ? NULL : endpoint_argument(env, arguments[0]);
  if (writer == NULL || !byte_argument(env, arguments[1], &bytes, &size) || size < 4)
    return fail_argument(env, "hold takes a writer and at least 4 bytes");
  if (writer->deleted) return fail(env, "hold", DDS_RETCODE_ALREADY_DELETED);
  struct held *held = malloc(sizeof *held);
  if (held == NULL) return fail(env, "hold", DDS_RETCODE_OUT_OF_RESOURCES);
  *held = (struct held){.sample = raw_sample_create(writer->type, bytes, size), .size = (int64_t)size};
  if (held->sample == NULL || napi_create_external(env, held, held_finalize, NULL, &result) != napi_ok) {
    if (held->sample != NULL) ddsi_serdata_unref(held->sample);
    free(held);
    return fail(env, "hold", DDS_RETCODE_OUT_OF_RESOURCES);
  }
  napi_adjust_external_memory(env, held->size, &total);
  return result;
}

/*
 * write(writer, bytes: Uint8Array | what hold() gave): boolean; false when the history is full and the caller must try
 * again
 */
napi_value write_sample(napi_env env, napi_callback_info info) {
  size_t count = 2, size = 0;
  napi_value arguments[2];
  uint8_t *bytes = NULL;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *writer = count < 2 ? NULL : endpoint_argument(env, arguments[0]);
  if (writer == NULL) return fail_argument(env, "write takes a writer and at least 4 bytes");
  const bool is_bytes = byte_argument(env, arguments[1], &bytes, &size);
  if (is_bytes ? size < 4 : napi_get_value_external(env, arguments[1], &data) != napi_ok)
    return fail_argument(env, "write takes a writer and at least 4 bytes");
  if (writer->deleted) return fail(env, "write", DDS_RETCODE_ALREADY_DELETED);
  struct held *held = data;
  struct ddsi_serdata *sample = NULL;
  if (is_bytes) sample = raw_sample_create(writer->type, bytes, size);
  else if (held->sample == NULL) return fail_argument(env, "write: the sample was sent before");
  else sample = ddsi_serdata_ref(held->sample);
  if (sample == NULL) return fail(env, "write", DDS_RETCODE_OUT_OF_RESOURCES);
  /* Consumes the reference, also on a timeout; not when the writer went with its participant. */
  const dds_return_t code = dds_writecdr(writer->entity, sample);
  if (code == DDS_RETCODE_BAD_PARAMETER || code == DDS_RETCODE_ALREADY_DELETED) ddsi_serdata_unref(sample);
  if (code == DDS_RETCODE_OK && held != NULL) let_go(env, held);
  if (code == DDS_RETCODE_OK) return make_bool(env, true);
  if (code == DDS_RETCODE_TIMEOUT) return make_bool(env, false);
  return fail(env, "write", code);
}

/* flush(writer): sends what write() has packed; a full packet goes without it */
napi_value flush_samples(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *writer = endpoint_argument(env, argument);
  if (writer == NULL) return fail_argument(env, "flush takes a writer");
  if (writer->deleted) return NULL;
  dds_write_flush(writer->entity);
  return NULL;
}

static void release_sample(napi_env env, void *data, void *hint) {
  struct state *state;
  size_t size;
  (void)data;
  raw_sample_bytes(hint, &size);
  if (napi_get_instance_data(env, (void **)&state) == napi_ok && state != NULL) state->lent_bytes -= size;
  ddsi_serdata_unref(hint);
}

/* What one call of take() hands over: buffers, and where in them each sample lies. */
struct handover {
  struct state *state;
  napi_value buffers;
  uint32_t buffer_count;
  int32_t *layout; /* see take_samples */
};

static void place(struct handover *handover, size_t offset, size_t size) {
  int32_t *entry = handover->layout + 3 + 3 * handover->layout[1]++;
  entry[0] = (int32_t)handover->buffer_count;
  entry[1] = (int32_t)offset;
  entry[2] = (int32_t)size;
}

static void add_buffer(napi_env env, struct handover *handover, napi_value buffer) {
  napi_set_element(env, handover->buffers, handover->buffer_count++, buffer);
}

/* Large samples go over as they are; their memory is theirs until JavaScript forgets it. */
static bool hand_over_external(napi_env env, struct handover *handover, struct ddsi_serdata *sample) {
  size_t size;
  const uint8_t *bytes = raw_sample_bytes(sample, &size);
  napi_value buffer;
  if (size < EXTERNAL_FROM_BYTES || size > INT32_MAX - 4u ||
      napi_create_external_arraybuffer(env, (void *)(bytes - 4), size + 4, release_sample, sample, &buffer) != napi_ok)
    return false;
  place(handover, 4, size);
  add_buffer(env, handover, buffer);
  handover->state->lent_bytes += size;
  return true;
}

/* Copies as many samples as are small and fit into one buffer; returns how many, at least one. */
static int32_t hand_over_copies(napi_env env, struct handover *handover, struct ddsi_serdata **samples, int32_t count) {
  size_t size, total = 0;
  int32_t together = 0;
  for (; together < count; together++) {
    raw_sample_bytes(samples[together], &size);
    const size_t needed = (4 + size + 7u) & ~(size_t)7u;
    if (together > 0 && (size >= EXTERNAL_FROM_BYTES || total + needed > SHARED_BUFFER_BYTES)) break;
    total += needed;
  }
  napi_value buffer;
  void *out;
  napi_create_arraybuffer(env, total, &out, &buffer);
  size_t offset = 4;
  for (int32_t i = 0; i < together; i++) {
    const uint8_t *bytes = raw_sample_bytes(samples[i], &size);
    memcpy((uint8_t *)out + offset, bytes, size);
    place(handover, offset, size);
    offset = ((offset + size + 3u) & ~(size_t)7u) + 4;
    ddsi_serdata_unref(samples[i]);
  }
  add_buffer(env, handover, buffer);
  return together;
}

static bool memory_argument(napi_env env, napi_value value, napi_typedarray_type wanted, size_t wanted_length, void **data) {
  napi_typedarray_type type;
  size_t length;
  return napi_get_typedarray_info(env, value, &type, &length, data, NULL, NULL) == napi_ok && type == wanted &&
         length >= wanted_length;
}

/*
 * take(reader, layout: Int32Array, writers: BigUint64Array): ArrayBuffer[]
 *
 * Takes at most 256 samples. `layout` is filled with how many were taken, how many of them hold data, how many kB of large
 * samples JavaScript has in all, and the buffer, offset and length of each sample with data; `writers` with the handles of their writers. The payload after a sample's 4-byte CDR header starts on an 8-byte boundary.
 */
napi_value take_samples(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  void *layout, *writers;
  struct handover handover = {0};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *reader = count < 3 ? NULL : endpoint_argument(env, arguments[0]);
  if (reader == NULL || !memory_argument(env, arguments[1], napi_int32_array, 3 + 3 * MAX_TAKE, &layout) ||
      !memory_argument(env, arguments[2], napi_biguint64_array, MAX_TAKE, &writers))
    return fail_argument(env, "take takes a reader, memory for a layout and for writers");
  napi_create_array(env, &handover.buffers);
  handover.layout = layout;
  handover.layout[0] = handover.layout[1] = handover.layout[2] = 0;
  handover.state = reader->state;
  if (reader->deleted) return handover.buffers;
  struct ddsi_serdata *samples[MAX_TAKE] = {NULL};
  dds_sample_info_t infos[MAX_TAKE];
  const dds_return_t taken = dds_takecdr(reader->entity, samples, MAX_TAKE, infos, DDS_ANY_STATE);
  if (taken < 0) return fail(env, "take", taken);
  handover.layout[0] = taken;
  int32_t valid = 0;
  for (int32_t i = 0; i < taken; i++) {
    if (infos[i].valid_data) {
      ((uint64_t *)writers)[valid] = infos[i].publication_handle;
      samples[valid++] = samples[i];
    } else {
      ddsi_serdata_unref(samples[i]);
    }
  }
  for (int32_t i = 0; i < valid;) {
    if (hand_over_external(env, &handover, samples[i])) i++;
    else i += hand_over_copies(env, &handover, samples + i, valid - i);
  }
  handover.layout[2] = (int32_t)(handover.state->lent_bytes / 1024);
  return handover.buffers;
}
