#include "binding.h"

#include <stdlib.h>
#include <string.h>

static void on_wake(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct state *state = context;
  if (env == NULL) return;
  pthread_mutex_lock(&state->lock);
  const size_t count = state->ready_count < state->ids_capacity ? state->ready_count : state->ids_capacity;
  for (size_t i = 0; i < count; i++) {
    state->ids[i] = state->ready[i]->id;
    state->ready[i]->queued = false;
  }
  state->ready_count -= count;
  memmove(state->ready, state->ready + count, state->ready_count * sizeof *state->ready);
  state->awake = state->ready_count > 0;
  if (state->awake) napi_call_threadsafe_function(state->wake, NULL, napi_tsfn_nonblocking);
  pthread_mutex_unlock(&state->lock);

  napi_value argument, undefined, result;
  napi_create_uint32(env, (uint32_t)count, &argument);
  napi_get_undefined(env, &undefined);
  if (napi_call_function(env, undefined, callback, 1, &argument, &result) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
}

void on_data_available(dds_entity_t reader, void *argument) {
  (void)reader;
  struct endpoint *endpoint = argument;
  struct state *state = endpoint->state;
  bool wake = false;
  pthread_mutex_lock(&state->lock);
  if (!state->closed && !endpoint->queued && !endpoint->deleted) {
    if (state->ready_count == state->ready_capacity) {
      const size_t capacity = state->ready_capacity == 0 ? 64 : 2 * state->ready_capacity;
      struct endpoint **grown = realloc(state->ready, capacity * sizeof *grown);
      if (grown != NULL) {
        state->ready = grown;
        state->ready_capacity = capacity;
      }
    }
    if (state->ready_count < state->ready_capacity) {
      state->ready[state->ready_count++] = endpoint;
      endpoint->queued = true;
    }
    if (!state->awake && state->wake != NULL) state->awake = wake = true;
  }
  /* Called under the lock, so that the function cannot be released in between; it never blocks in this mode. */
  if (wake) napi_call_threadsafe_function(state->wake, NULL, napi_tsfn_nonblocking);
  pthread_mutex_unlock(&state->lock);
}

/* setReadyCallback(ids: Int32Array, (count: number) => void): the first `count` of `ids` are readers with samples */
napi_value set_ready_callback(napi_env env, napi_callback_info info) {
  size_t count = 2, capacity;
  napi_value arguments[2], name;
  napi_typedarray_type type;
  napi_ref ids; /* kept as long as the process */
  void *memory;
  struct state *state;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  if (count < 2 || napi_get_typedarray_info(env, arguments[0], &type, &capacity, &memory, NULL, NULL) != napi_ok ||
      type != napi_int32_array || capacity == 0)
    return fail_argument(env, "setReadyCallback takes an Int32Array and a function");
  if (state->wake != NULL) return fail_argument(env, "the ready callback is already set");
  napi_create_string_utf8(env, "efferent-dds-ready", NAPI_AUTO_LENGTH, &name);
  napi_threadsafe_function wake;
  if (napi_create_threadsafe_function(env, arguments[1], NULL, name, 0, 1, NULL, NULL, state, on_wake, &wake) != napi_ok)
    return fail_argument(env, "setReadyCallback takes an Int32Array and a function");
  napi_unref_threadsafe_function(env, wake);
  napi_create_reference(env, arguments[0], 1, &ids);
  pthread_mutex_lock(&state->lock);
  state->ids = memory;
  state->ids_capacity = capacity;
  state->wake = wake;
  pthread_mutex_unlock(&state->lock);
  return NULL;
}

/* holdProcess(hold: boolean): whether waiting for samples keeps the process alive */
napi_value hold_process(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  bool hold = false;
  struct state *state;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  napi_get_value_bool(env, argument, &hold);
  if (state->wake != NULL)
    (hold ? napi_ref_threadsafe_function : napi_unref_threadsafe_function)(env, state->wake);
  return NULL;
}
