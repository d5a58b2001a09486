#include "binding.h"

#include <string.h>

#define MAX_TAKE 256
/* Samples from this size up are handed to JavaScript without a copy; below, a copy is cheaper than a finalizer. */
#define EXTERNAL_FROM_BYTES 4096

static bool byte_argument(napi_env env, napi_value value, uint8_t **bytes, size_t *size) {
  napi_typedarray_type type;
  bool is_typed_array = false;
  napi_is_typedarray(env, value, &is_typed_array);
  if (!is_typed_array) return false;
  return napi_get_typedarray_info(env, value, &type, size, (void **)bytes, NULL, NULL) == napi_ok &&
         type == napi_uint8_array;
}

/* write(writer, bytes: Uint8Array): boolean; false when the history is full and the caller must try again */
napi_value write_sample(napi_env env, napi_callback_info info) {
  size_t count = 2, size = 0;
  napi_value arguments[2];
  uint8_t *bytes = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *writer = count < 2 ? NULL : endpoint_argument(env, arguments[0]);
  if (writer == NULL || !byte_argument(env, arguments[1], &bytes, &size) || size < 4)
    return fail_argument(env, "write takes a writer and at least 4 bytes");
  if (writer->deleted) return fail(env, "write", DDS_RETCODE_ALREADY_DELETED);
  struct ddsi_serdata *sample = raw_sample_create(writer->type, bytes, size);
  if (sample == NULL) return fail(env, "write", DDS_RETCODE_OUT_OF_RESOURCES);
  /* Consumes the reference, also on a timeout; not when the writer went with its participant. */
  const dds_return_t code = dds_writecdr(writer->entity, sample);
  if (code == DDS_RETCODE_BAD_PARAMETER || code == DDS_RETCODE_ALREADY_DELETED) ddsi_serdata_unref(sample);
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
  (void)env;
  (void)data;
  ddsi_serdata_unref(hint);
}

static napi_value sample_to_javascript(napi_env env, struct ddsi_serdata *sample) {
  size_t size;
  const uint8_t *bytes = raw_sample_bytes(sample, &size);
  napi_value buffer, array;
  if (size >= EXTERNAL_FROM_BYTES &&
      napi_create_external_arraybuffer(env, (void *)(bytes - 4), size + 4, release_sample, sample, &buffer) == napi_ok) {
    napi_create_typedarray(env, napi_uint8_array, size, buffer, 4, &array);
    return array;
  }
  void *out;
  napi_create_arraybuffer(env, size + 4, &out, &buffer);
  memcpy((uint8_t *)out + 4, bytes, size);
  ddsi_serdata_unref(sample);
  napi_create_typedarray(env, napi_uint8_array, size, buffer, 4, &array);
  return array;
}

/*
 * take(reader, maximum, withWriter): Uint8Array[]; withWriter puts the bigint handle of the matched writer after each.
 * The payload after the 4-byte CDR header starts on an 8-byte boundary of its buffer.
 */
napi_value take_samples(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], result;
  uint32_t maximum = MAX_TAKE;
  bool with_writer = false;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *reader = count < 3 ? NULL : endpoint_argument(env, arguments[0]);
  if (reader == NULL) return fail_argument(env, "take takes a reader, a maximum and a flag");
  napi_get_value_uint32(env, arguments[1], &maximum);
  napi_get_value_bool(env, arguments[2], &with_writer);
  napi_create_array(env, &result);
  if (reader->deleted) return result;
  if (maximum > MAX_TAKE) maximum = MAX_TAKE;
  struct ddsi_serdata *samples[MAX_TAKE] = {NULL};
  dds_sample_info_t infos[MAX_TAKE];
  const dds_return_t taken = dds_takecdr(reader->entity, samples, maximum, infos, DDS_ANY_STATE);
  if (taken < 0) return fail(env, "take", taken);
  uint32_t index = 0;
  for (int32_t i = 0; i < taken; i++) {
    if (!infos[i].valid_data) {
      ddsi_serdata_unref(samples[i]);
      continue;
    }
    napi_set_element(env, result, index++, sample_to_javascript(env, samples[i]));
    if (with_writer) {
      napi_value handle;
      napi_create_bigint_uint64(env, infos[i].publication_handle, &handle);
      napi_set_element(env, result, index++, handle);
    }
  }
  return result;
}
