#include "binding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

napi_value fail(napi_env env, const char *what, dds_return_t code) {
  char message[256];
  snprintf(message, sizeof message, "%s: %s", what, dds_strretcode(code));
  napi_throw_error(env, "dds-error", message);
  return NULL;
}

napi_value fail_argument(napi_env env, const char *what) {
  napi_throw_type_error(env, "bad-argument", what);
  return NULL;
}

char *copy_string(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
  char *text = malloc(length + 1);
  if (text != NULL) napi_get_value_string_utf8(env, value, text, length + 1, &length);
  return text;
}

char *string_field(napi_env env, napi_value object, const char *name) {
  napi_value value;
  return napi_get_named_property(env, object, name, &value) == napi_ok ? copy_string(env, value) : NULL;
}

bool bool_field(napi_env env, napi_value object, const char *name) {
  napi_value value;
  bool result = false;
  if (napi_get_named_property(env, object, name, &value) == napi_ok) napi_get_value_bool(env, value, &result);
  return result;
}

int32_t int_field(napi_env env, napi_value object, const char *name, int32_t otherwise) {
  napi_value value;
  int32_t result = otherwise;
  if (napi_get_named_property(env, object, name, &value) == napi_ok) napi_get_value_int32(env, value, &result);
  return result;
}

struct endpoint *endpoint_argument(napi_env env, napi_value value) {
  void *data = NULL;
  return napi_get_value_external(env, value, &data) == napi_ok ? data : NULL;
}

void set_field(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

napi_value make_string(napi_env env, const char *text) {
  napi_value value;
  napi_create_string_utf8(env, text == NULL ? "" : text, NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value make_bool(napi_env env, bool flag) {
  napi_value value;
  napi_get_boolean(env, flag, &value);
  return value;
}

napi_value make_int(napi_env env, int32_t number) {
  napi_value value;
  napi_create_int32(env, number, &value);
  return value;
}

napi_value make_bytes(napi_env env, const void *bytes, size_t size) {
  napi_value buffer, array;
  void *data;
  napi_create_arraybuffer(env, size, &data, &buffer);
  memcpy(data, bytes, size);
  napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &array);
  return array;
}
