#include "binding.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TAKE 256
/* Samples from this size up are handed to JavaScript without a copy; below, a copy is cheaper than a finalizer. */
#define EXTERNAL_FROM_BYTES 4096
/* Samples that were copied share a buffer; keeping one keeps them all. Few of them share a small one. */
#define SHARED_BUFFER_BYTES 65536
#define LEAST_BUFFER_BYTES 16384

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
  napi_value buffers; /* new ones; NULL while there are none */
  uint32_t buffer_count;
  int32_t *layout; /* see take_samples */
};

enum { TAKEN, VALID, LENT_KB, SHARED_BUFFER, ENTRIES };

static void place(struct handover *handover, int32_t buffer, size_t offset, size_t size) {
  int32_t *entry = handover->layout + ENTRIES + 3 * handover->layout[VALID]++;
  entry[0] = buffer;
  entry[1] = (int32_t)offset;
  entry[2] = (int32_t)size;
}

/* Returns the number by which the layout names the buffer. */
static int32_t add_buffer(napi_env env, struct handover *handover, napi_value buffer) {
  if (handover->buffers == NULL) napi_create_array(env, &handover->buffers);
  napi_set_element(env, handover->buffers, handover->buffer_count++, buffer);
  return (int32_t)handover->buffer_count;
}

/* Large samples go over as they are; their memory is theirs until JavaScript forgets it. */
static bool hand_over_external(napi_env env, struct handover *handover, struct ddsi_serdata *sample) {
  size_t size;
  const uint8_t *bytes = raw_sample_bytes(sample, &size);
  napi_value buffer;
  if (size < EXTERNAL_FROM_BYTES || size > INT32_MAX - 4u ||
      napi_create_external_arraybuffer(env, (void *)(bytes - 4), size + 4, release_sample, sample, &buffer) != napi_ok)
    return false;
  place(handover, add_buffer(env, handover, buffer), 4, size);
  handover->state->lent_bytes += size;
  return true;
}

static size_t shared_bytes(const struct ddsi_serdata *sample) {
  size_t size;
  raw_sample_bytes(sample, &size);
  return (4 + size + 7u) & ~(size_t)7u;
}

/* Starts a shared buffer with room for the first of these samples, and for as many more as are small and wait with it. */
static bool new_shared_buffer(napi_env env, struct handover *handover, struct ddsi_serdata **samples, int32_t count) {
  struct shared_buffer *shared = &handover->state->shared;
  size_t wanted = shared_bytes(samples[0]);
  for (int32_t i = 1; i < count && wanted < SHARED_BUFFER_BYTES; i++) {
    const size_t needed = shared_bytes(samples[i]);
    if (needed < EXTERNAL_FROM_BYTES && wanted + needed <= SHARED_BUFFER_BYTES) wanted += needed;
  }
  napi_value buffer;
  void *memory;
  const size_t size = wanted < LEAST_BUFFER_BYTES ? LEAST_BUFFER_BYTES : wanted;
  if (napi_create_arraybuffer(env, size, &memory, &buffer) != napi_ok) return false;
  if (shared->reference != NULL) napi_delete_reference(env, shared->reference);
  napi_create_reference(env, buffer, 1, &shared->reference);
  shared->memory = memory;
  shared->size = size;
  shared->used = 0;
  handover->layout[SHARED_BUFFER] = add_buffer(env, handover, buffer);
  return true;
}

/* Copies the first of these samples into the buffer that the others will share. */
static bool hand_over_copy(napi_env env, struct handover *handover, struct ddsi_serdata **samples, int32_t count) {
  struct shared_buffer *shared = &handover->state->shared;
  const size_t needed = shared_bytes(samples[0]);
  if (needed > shared->size - shared->used && !new_shared_buffer(env, handover, samples, count)) return false;
  size_t size;
  const uint8_t *bytes = raw_sample_bytes(samples[0], &size);
  memcpy(shared->memory + shared->used + 4, bytes, size);
  place(handover, handover->layout[SHARED_BUFFER], shared->used + 4, size);
  shared->used += needed;
  ddsi_serdata_unref(samples[0]);
  return true;
}

static bool memory_argument(napi_env env, napi_value value, napi_typedarray_type wanted, size_t wanted_length, void **data) {
  napi_typedarray_type type;
  size_t length;
  return napi_get_typedarray_info(env, value, &type, &length, data, NULL, NULL) == napi_ok && type == wanted &&
         length >= wanted_length;
}

/*
 * take(reader, layout: Int32Array, writers: BigUint64Array): ArrayBuffer[] | undefined
 *
 * Takes at most 256 samples and returns the buffers that are new. `layout` is filled with how many were taken, how many
 * of them hold data, how many kB of large samples JavaScript has in all, the number of the shared buffer, and the buffer,
 * offset and length of each sample with data; buffers are numbered from 1, and 0 is the shared buffer of the call before.
 * `writers` gets the handles of the samples' writers. The payload after a sample's 4-byte CDR header starts on an 8-byte
 * boundary.
 */
napi_value take_samples(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  void *layout, *writers;
  struct handover handover = {0};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *reader = count < 3 ? NULL : endpoint_argument(env, arguments[0]);
  if (reader == NULL || !memory_argument(env, arguments[1], napi_int32_array, ENTRIES + 3 * MAX_TAKE, &layout) ||
      !memory_argument(env, arguments[2], napi_biguint64_array, MAX_TAKE, &writers))
    return fail_argument(env, "take takes a reader, memory for a layout and for writers");
  handover.layout = layout;
  memset(layout, 0, ENTRIES * sizeof *handover.layout);
  handover.state = reader->state;
  if (reader->deleted) return NULL;
  struct ddsi_serdata *samples[MAX_TAKE];
  dds_sample_info_t infos[MAX_TAKE];
  samples[0] = NULL;
  const dds_return_t taken = dds_takecdr(reader->entity, samples, MAX_TAKE, infos, DDS_ANY_STATE);
  if (taken < 0) return fail(env, "take", taken);
  handover.layout[TAKEN] = taken;
  int32_t valid = 0;
  for (int32_t i = 0; i < taken; i++) {
    if (infos[i].valid_data) {
      ((uint64_t *)writers)[valid] = infos[i].publication_handle;
      samples[valid++] = samples[i];
    } else {
      ddsi_serdata_unref(samples[i]);
    }
  }
  for (int32_t i = 0; i < valid; i++) {
    if (hand_over_external(env, &handover, samples[i]) || hand_over_copy(env, &handover, samples + i, valid - i)) continue;
    for (; i < valid; i++) ddsi_serdata_unref(samples[i]);
    return fail(env, "take", DDS_RETCODE_OUT_OF_RESOURCES);
  }
  handover.layout[LENT_KB] = (int32_t)(handover.state->lent_bytes / 1024);
  return handover.buffers;
}
