/*
 * Node-API surface of the raw-CDR binding. Threads: Cyclone's receive threads only put a reader into the ready queue
 * and wake JavaScript once; samples stay in the DDS history until JavaScript takes them, so KEEP_LAST keeps its meaning.
 */
#include "binding.h"

#include <stdlib.h>

#include "dds/version.h"

static void close_state(struct state *state) {
  pthread_mutex_lock(&state->lock);
  state->closed = true;
  state->ready_count = 0;
  pthread_mutex_unlock(&state->lock);
  for (size_t i = 0; i < state->participant_count; i++) dds_delete(state->participants[i]);
  state->participant_count = 0;
}

/* close(): deletes every participant of this environment, so that peers see them leave at once */
static napi_value close_addon(napi_env env, napi_callback_info info) {
  (void)info;
  struct state *state;
  napi_get_instance_data(env, (void **)&state);
  close_state(state);
  pthread_mutex_lock(&state->lock);
  state->closed = false;
  pthread_mutex_unlock(&state->lock);
  return NULL;
}

static void on_environment_exit(void *data) {
  struct state *state = data;
  close_state(state);
  pthread_mutex_lock(&state->lock);
  napi_threadsafe_function wake = state->wake;
  state->wake = NULL;
  pthread_mutex_unlock(&state->lock);
  if (wake != NULL) napi_release_threadsafe_function(wake, napi_tsfn_abort);
}

NAPI_MODULE_INIT() {
  struct state *state = calloc(1, sizeof *state);
  if (state == NULL) return NULL;
  pthread_mutex_init(&state->lock, NULL);
  napi_set_instance_data(env, state, NULL, NULL); /* lives as long as the process: listeners may still point at it */
  napi_add_env_cleanup_hook(env, on_environment_exit, state);
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {
      {"setReadyCallback", set_ready_callback},
      {"holdProcess", hold_process},
      {"createParticipant", create_participant},
      {"deleteParticipant", delete_participant},
      {"createWriter", create_writer},
      {"createReader", create_reader},
      {"createDiscoveryReader", create_discovery_reader},
      {"deleteEndpoint", delete_endpoint},
      {"hold", hold_sample},
      {"write", write_sample},
      {"flush", flush_samples},
      {"take", take_samples},
      {"guid", entity_guid},
      {"instanceHandle", instance_handle},
      {"matched", matched_endpoints},
      {"discovered", discovered_endpoints},
      {"forgetLost", forget_lost},
      {"close", close_addon},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  napi_set_named_property(env, exports, "cycloneVersion", make_string(env, DDS_VERSION));
  return exports;
}
