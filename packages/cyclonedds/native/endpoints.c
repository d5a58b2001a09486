#include "binding.h"

#include <stdlib.h>
#include <string.h>

/* createParticipant(domainId: number, configXml: string, userData: string): number */
napi_value create_participant(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  uint32_t domain_id = 0;
  struct state *state;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  if (count < 3 || napi_get_value_uint32(env, arguments[0], &domain_id) != napi_ok)
    return fail_argument(env, "createParticipant takes a domain id, a configuration and user data");
  char *config = copy_string(env, arguments[1]);
  char *user_data = copy_string(env, arguments[2]);
  if (config == NULL || user_data == NULL) {
    free(config);
    free(user_data);
    return fail_argument(env, "createParticipant: configuration and user data must be strings");
  }
  if (config[0] != '\0') {
    const dds_entity_t domain = dds_create_domain(domain_id, config);
    /* PRECONDITION_NOT_MET: this process is in that domain already, with the configuration of the first call. */
    if (domain < 0 && domain != DDS_RETCODE_PRECONDITION_NOT_MET) {
      free(config);
      free(user_data);
      return fail(env, "cannot join the DDS domain", domain);
    }
  }
  dds_qos_t *qos = dds_create_qos();
  dds_qset_userdata(qos, user_data, strlen(user_data));
  const dds_entity_t participant = dds_create_participant(domain_id, qos, NULL);
  dds_delete_qos(qos);
  free(config);
  free(user_data);
  if (participant < 0) return fail(env, "cannot create a DDS participant", participant);
  dds_entity_t *grown = realloc(state->participants, (state->participant_count + 1) * sizeof *grown);
  if (grown == NULL) return fail(env, "cannot create a DDS participant", DDS_RETCODE_OUT_OF_RESOURCES);
  state->participants = grown;
  state->participants[state->participant_count++] = participant;
  /* Process-wide, and counts for writers created from now on: samples of one burst share a packet until flush(). */
  dds_write_set_batch(true);
  return make_int(env, participant);
}

static dds_qos_t *endpoint_qos(napi_env env, napi_value options, bool writer) {
  dds_qos_t *qos = dds_create_qos();
  const bool keep_all = bool_field(env, options, "keepAll");
  const int32_t depth = int_field(env, options, "depth", 10);
  const bool transient_local = bool_field(env, options, "transientLocal");
  const dds_history_kind_t history = keep_all ? DDS_HISTORY_KEEP_ALL : DDS_HISTORY_KEEP_LAST;
  dds_qset_history(qos, history, keep_all ? DDS_LENGTH_UNLIMITED : depth);
  /* A writer must never block the JavaScript thread: a full history is reported as "try again". */
  if (bool_field(env, options, "reliable"))
    dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, 0);
  else
    dds_qset_reliability(qos, DDS_RELIABILITY_BEST_EFFORT, 0);
  dds_qset_durability(qos, transient_local ? DDS_DURABILITY_TRANSIENT_LOCAL : DDS_DURABILITY_VOLATILE);
  if (writer) {
    dds_qset_writer_data_lifecycle(qos, false);
    const int32_t lifespan_ms = int_field(env, options, "lifespanMs", 0);
    if (lifespan_ms > 0) dds_qset_lifespan(qos, DDS_MSECS(lifespan_ms));
    if (transient_local)
      dds_qset_durability_service(qos, 0, history, keep_all ? DDS_LENGTH_UNLIMITED : depth, DDS_LENGTH_UNLIMITED,
                                  DDS_LENGTH_UNLIMITED, DDS_LENGTH_UNLIMITED);
  }
  char *user_data = string_field(env, options, "userData");
  if (user_data != NULL) {
    dds_qset_userdata(qos, user_data, strlen(user_data));
    free(user_data);
  }
  return qos;
}

void endpoint_finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct endpoint *endpoint = data;
  /* An endpoint that JavaScript forgot without deleting stays with its participant; its listener still needs it. */
  if (endpoint->deleted) free(endpoint);
}

static napi_value create_endpoint(napi_env env, napi_callback_info info, bool writer) {
  size_t count = 2;
  napi_value arguments[2];
  int32_t participant = 0;
  struct state *state;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  if (count < 2 || napi_get_value_int32(env, arguments[0], &participant) != napi_ok)
    return fail_argument(env, "an endpoint takes a participant and options");
  char *topic_name = string_field(env, arguments[1], "topic");
  char *type_name = string_field(env, arguments[1], "type");
  struct endpoint *endpoint = calloc(1, sizeof *endpoint);
  if (topic_name == NULL || type_name == NULL || endpoint == NULL) {
    free(topic_name);
    free(type_name);
    free(endpoint);
    return fail_argument(env, "an endpoint needs a topic and a type");
  }
  endpoint->state = state;
  endpoint->id = int_field(env, arguments[1], "id", 0);
  struct ddsi_sertype *type = raw_type_create(type_name);
  endpoint->topic = type == NULL ? DDS_RETCODE_OUT_OF_RESOURCES
                                 : dds_create_topic_sertype(participant, topic_name, &type, NULL, NULL, NULL);
  free(topic_name);
  free(type_name);
  if (endpoint->topic < 0) {
    const dds_return_t code = endpoint->topic;
    if (type != NULL) ddsi_sertype_unref(type);
    free(endpoint);
    return fail(env, "cannot create the DDS topic", code);
  }
  endpoint->type = type;
  dds_qos_t *qos = endpoint_qos(env, arguments[1], writer);
  if (writer) {
    endpoint->entity = dds_create_writer(participant, endpoint->topic, qos, NULL);
  } else {
    dds_listener_t *listener = dds_create_listener(endpoint);
    dds_lset_data_available(listener, on_data_available);
    endpoint->entity = dds_create_reader(participant, endpoint->topic, qos, listener);
    dds_delete_listener(listener);
  }
  dds_delete_qos(qos);
  if (endpoint->entity < 0) {
    const dds_return_t code = endpoint->entity;
    dds_delete(endpoint->topic);
    free(endpoint);
    return fail(env, writer ? "cannot create the DDS writer" : "cannot create the DDS reader", code);
  }
  napi_value external;
  napi_create_external(env, endpoint, endpoint_finalize, NULL, &external);
  return external;
}

/* createWriter(participant, { topic, type, reliable, transientLocal, keepAll, depth, lifespanMs?, userData }): external */
napi_value create_writer(napi_env env, napi_callback_info info) { return create_endpoint(env, info, true); }

/* createReader(participant, { id, … }): external; the ready callback names the reader by its id */
napi_value create_reader(napi_env env, napi_callback_info info) { return create_endpoint(env, info, false); }

static void forget_ready(struct state *state, struct endpoint *endpoint) {
  pthread_mutex_lock(&state->lock);
  size_t kept = 0;
  for (size_t i = 0; i < state->ready_count; i++)
    if (state->ready[i] != endpoint) state->ready[kept++] = state->ready[i];
  state->ready_count = kept;
  pthread_mutex_unlock(&state->lock);
}

/* deleteEndpoint(endpoint) */
napi_value delete_endpoint(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *endpoint = endpoint_argument(env, argument);
  if (endpoint == NULL) return fail_argument(env, "deleteEndpoint takes an endpoint");
  if (endpoint->deleted) return NULL;
  dds_delete(endpoint->entity); /* returns after listeners that run now */
  dds_delete(endpoint->topic);
  pthread_mutex_lock(&endpoint->state->lock);
  endpoint->deleted = true;
  pthread_mutex_unlock(&endpoint->state->lock);
  forget_ready(endpoint->state, endpoint);
  return NULL;
}

/* deleteParticipant(participant): also deletes its endpoints on the wire */
napi_value delete_participant(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t participant = 0;
  struct state *state;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  napi_get_value_int32(env, argument, &participant);
  for (size_t i = 0; i < state->participant_count; i++) {
    if (state->participants[i] != participant) continue;
    state->participants[i] = state->participants[--state->participant_count];
    dds_delete(participant);
    break;
  }
  return NULL;
}
