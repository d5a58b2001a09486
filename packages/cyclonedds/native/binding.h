/* What the parts of the binding share. */
#ifndef EFFERENT_BINDING_H
#define EFFERENT_BINDING_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <pthread.h>

#include "raw-type.h"

/* Memory of JavaScript into which small samples are copied one behind the other. */
struct shared_buffer {
  napi_ref reference;
  uint8_t *memory;
  size_t size, used;
};

struct state {
  pthread_mutex_t lock;
  struct endpoint **ready;
  size_t ready_count, ready_capacity;
  bool awake; /* a wake is on its way to JavaScript */
  bool closed;
  napi_threadsafe_function wake;
  int32_t *ids; /* memory of JavaScript that a wake fills */
  size_t ids_capacity;
  dds_entity_t *participants;
  size_t participant_count;
  struct shared_buffer shared;
  size_t lent_bytes; /* of samples whose memory JavaScript has; its thread alone counts them */
};

/* A reader or writer. JavaScript holds it as an external value and deletes it explicitly. */
struct endpoint {
  struct state *state;
  dds_entity_t entity, topic;
  struct ddsi_sertype *type; /* counted by the topic */
  int32_t id;                /* what the ready callback calls this reader */
  bool queued, deleted;      /* under state->lock */
};

/* values.c: arguments in, values out */
/* Throws; returns NULL so that callers can `return fail(…)`. */
napi_value fail(napi_env env, const char *what, dds_return_t code);
napi_value fail_argument(napi_env env, const char *what);
/* The caller frees the result; NULL when the value is not a string. */
char *copy_string(napi_env env, napi_value value);
char *string_field(napi_env env, napi_value object, const char *name);
bool bool_field(napi_env env, napi_value object, const char *name);
int32_t int_field(napi_env env, napi_value object, const char *name, int32_t otherwise);
struct endpoint *endpoint_argument(napi_env env, napi_value value);
void set_field(napi_env env, napi_value object, const char *name, napi_value value);
napi_value make_string(napi_env env, const char *text);
napi_value make_bool(napi_env env, bool flag);
napi_value make_int(napi_env env, int32_t number);
napi_value make_bytes(napi_env env, const void *bytes, size_t size);

/* ready.c, endpoints.c: callbacks of Cyclone DDS and Node */
void on_data_available(dds_entity_t reader, void *argument);
void endpoint_finalize(napi_env env, void *data, void *hint);

/* Functions of the JavaScript surface. */
napi_value set_ready_callback(napi_env env, napi_callback_info info);
napi_value hold_process(napi_env env, napi_callback_info info);
napi_value create_participant(napi_env env, napi_callback_info info);
napi_value create_writer(napi_env env, napi_callback_info info);
napi_value create_reader(napi_env env, napi_callback_info info);
napi_value delete_endpoint(napi_env env, napi_callback_info info);
napi_value delete_participant(napi_env env, napi_callback_info info);
napi_value write_sample(napi_env env, napi_callback_info info);
napi_value hold_sample(napi_env env, napi_callback_info info);
napi_value flush_samples(napi_env env, napi_callback_info info);
napi_value take_samples(napi_env env, napi_callback_info info);
napi_value entity_guid(napi_env env, napi_callback_info info);
napi_value instance_handle(napi_env env, napi_callback_info info);
napi_value matched_endpoints(napi_env env, napi_callback_info info);
napi_value create_discovery_reader(napi_env env, napi_callback_info info);
napi_value discovered_endpoints(napi_env env, napi_callback_info info);
napi_value forget_lost(napi_env env, napi_callback_info info);

#endif
