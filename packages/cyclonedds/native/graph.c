#include "binding.h"

#include <stdlib.h>
#include <string.h>

/* guid(endpoint or participant number): Uint8Array(16) */
napi_value entity_guid(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t number = 0;
  dds_guid_t guid;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *endpoint = endpoint_argument(env, argument);
  if (endpoint == NULL) napi_get_value_int32(env, argument, &number);
  const dds_return_t code = dds_get_guid(endpoint != NULL ? endpoint->entity : number, &guid);
  return code < 0 ? fail(env, "guid", code) : make_bytes(env, guid.v, sizeof guid.v);
}

/* instanceHandle(endpoint): bigint, what a matched reader sees as the writer's handle in this process */
napi_value instance_handle(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  dds_instance_handle_t handle = 0;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *endpoint = endpoint_argument(env, argument);
  if (endpoint == NULL) return fail_argument(env, "instanceHandle takes an endpoint");
  const dds_return_t code = dds_get_instance_handle(endpoint->entity, &handle);
  if (code < 0) return fail(env, "instanceHandle", code);
  napi_create_bigint_uint64(env, handle, &result);
  return result;
}

static napi_value endpoint_description(napi_env env, const dds_builtintopic_endpoint_t *endpoint) {
  napi_value object;
  dds_reliability_kind_t reliability = DDS_RELIABILITY_BEST_EFFORT;
  dds_durability_kind_t durability = DDS_DURABILITY_VOLATILE;
  dds_history_kind_t history = DDS_HISTORY_KEEP_LAST;
  dds_duration_t blocking = 0, lifespan = DDS_INFINITY;
  int32_t depth = 0;
  void *user_data = NULL;
  size_t user_data_size = 0;
  napi_create_object(env, &object);
  if (endpoint->qos != NULL) {
    dds_qget_reliability(endpoint->qos, &reliability, &blocking);
    dds_qget_durability(endpoint->qos, &durability);
    if (!dds_qget_lifespan(endpoint->qos, &lifespan)) lifespan = DDS_INFINITY;
    if (!dds_qget_history(endpoint->qos, &history, &depth)) depth = 0;
    dds_qget_userdata(endpoint->qos, &user_data, &user_data_size);
  }
  set_field(env, object, "guid", make_bytes(env, endpoint->key.v, sizeof endpoint->key.v));
  set_field(env, object, "participantGuid",
            make_bytes(env, endpoint->participant_key.v, sizeof endpoint->participant_key.v));
  set_field(env, object, "topic", make_string(env, endpoint->topic_name));
  set_field(env, object, "type", make_string(env, endpoint->type_name));
  set_field(env, object, "reliable", make_bool(env, reliability == DDS_RELIABILITY_RELIABLE));
  set_field(env, object, "transientLocal", make_bool(env, durability != DDS_DURABILITY_VOLATILE));
  set_field(env, object, "keepAll", make_bool(env, history == DDS_HISTORY_KEEP_ALL));
  set_field(env, object, "depth", make_int(env, depth));
  set_field(env, object, "lifespanMs", make_int(env, lifespan == DDS_INFINITY ? 0 : (int32_t)(lifespan / 1000000)));
  napi_value text;
  napi_create_string_utf8(env, user_data == NULL ? "" : user_data, user_data_size, &text);
  set_field(env, object, "userData", text);
  if (user_data != NULL) dds_free(user_data);
  return object;
}

/* matched(endpoint, "publications" | "subscriptions"): { handle, …description }[] */
napi_value matched_endpoints(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2], result;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct endpoint *endpoint = count < 2 ? NULL : endpoint_argument(env, arguments[0]);
  char *side = count < 2 ? NULL : copy_string(env, arguments[1]);
  if (endpoint == NULL || side == NULL) {
    free(side);
    return fail_argument(env, "matched takes an endpoint and a side");
  }
  const bool publications = strcmp(side, "publications") == 0;
  free(side);
  napi_create_array(env, &result);
  if (endpoint->deleted) return result;
  dds_instance_handle_t handles[512];
  const size_t capacity = sizeof handles / sizeof *handles;
  dds_return_t matches = publications ? dds_get_matched_publications(endpoint->entity, handles, capacity)
                                      : dds_get_matched_subscriptions(endpoint->entity, handles, capacity);
  if (matches < 0) return fail(env, "matched", matches);
  if ((size_t)matches > capacity) matches = (dds_return_t)capacity;
  uint32_t index = 0;
  for (int32_t i = 0; i < matches; i++) {
    dds_builtintopic_endpoint_t *peer = publications
                                            ? dds_get_matched_publication_data(endpoint->entity, handles[i])
                                            : dds_get_matched_subscription_data(endpoint->entity, handles[i]);
    if (peer == NULL) continue;
    napi_value description = endpoint_description(env, peer), handle;
    napi_create_bigint_uint64(env, handles[i], &handle);
    set_field(env, description, "handle", handle);
    napi_set_element(env, result, index++, description);
    dds_builtintopic_free_endpoint(peer);
  }
  return result;
}

/* createDiscoveryReader(participant, "publications" | "subscriptions", id): external, ready when the graph changes */
napi_value create_discovery_reader(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], external;
  int32_t participant = 0;
  struct state *state;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_instance_data(env, (void **)&state);
  char *side = count < 3 ? NULL : copy_string(env, arguments[1]);
  struct endpoint *endpoint = calloc(1, sizeof *endpoint);
  if (side == NULL || endpoint == NULL || napi_get_value_int32(env, arguments[0], &participant) != napi_ok) {
    free(side);
    free(endpoint);
    return fail_argument(env, "createDiscoveryReader takes a participant, a side and an id");
  }
  endpoint->state = state;
  napi_get_value_int32(env, arguments[2], &endpoint->id);
  const dds_entity_t topic = strcmp(side, "publications") == 0 ? DDS_BUILTIN_TOPIC_DCPSPUBLICATION
                                                               : DDS_BUILTIN_TOPIC_DCPSSUBSCRIPTION;
  free(side);
  dds_listener_t *listener = dds_create_listener(endpoint);
  dds_lset_data_available(listener, on_data_available);
  endpoint->entity = dds_create_reader(participant, topic, NULL, listener);
  dds_delete_listener(listener);
  if (endpoint->entity < 0) {
    const dds_return_t code = endpoint->entity;
    free(endpoint);
    return fail(env, "cannot read the DDS graph", code);
  }
  napi_create_external(env, endpoint, endpoint_finalize, NULL, &external);
  return external;
}

/* discovered(discoveryReader): descriptions of all endpoints that are alive now, this process's included */
napi_value discovered_endpoints(napi_env env, napi_callback_info info) {
  enum { capacity = 4096 };
  size_t count = 1;
  napi_value argument, result;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *reader = endpoint_argument(env, argument);
  if (reader == NULL) return fail_argument(env, "discovered takes a discovery reader");
  napi_create_array(env, &result);
  if (reader->deleted) return result;
  void **samples = calloc(capacity, sizeof *samples);
  dds_sample_info_t *infos = malloc(capacity * sizeof *infos);
  if (samples == NULL || infos == NULL) {
    free(samples);
    free(infos);
    return fail(env, "discovered", DDS_RETCODE_OUT_OF_RESOURCES);
  }
  const dds_return_t read = dds_read_mask(reader->entity, samples, infos, capacity, capacity,
                                          DDS_ANY_SAMPLE_STATE | DDS_ANY_VIEW_STATE | DDS_ALIVE_INSTANCE_STATE);
  uint32_t index = 0;
  for (int32_t i = 0; i < read; i++)
    if (infos[i].valid_data) napi_set_element(env, result, index++, endpoint_description(env, samples[i]));
  if (read > 0) dds_return_loan(reader->entity, samples, read);
  free(samples);
  free(infos);
  return read < 0 ? fail(env, "discovered", read) : result;
}

/* forgetLost(discoveryReader): lets go of endpoints that are gone; DDS keeps each of them until it is taken */
napi_value forget_lost(napi_env env, napi_callback_info info) {
  enum { capacity = 64 };
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct endpoint *reader = endpoint_argument(env, argument);
  if (reader == NULL) return fail_argument(env, "forgetLost takes a discovery reader");
  if (reader->deleted) return NULL;
  const uint32_t lost = DDS_ANY_SAMPLE_STATE | DDS_ANY_VIEW_STATE | DDS_NOT_ALIVE_DISPOSED_INSTANCE_STATE |
                        DDS_NOT_ALIVE_NO_WRITERS_INSTANCE_STATE;
  dds_return_t taken;
  do {
    /* Serialised: to make an object of a sample that is only a key crashes in 0.10. */
    struct ddsi_serdata *samples[capacity];
    dds_sample_info_t infos[capacity];
    taken = dds_takecdr(reader->entity, samples, capacity, infos, lost);
    for (dds_return_t i = 0; i < taken; i++) ddsi_serdata_unref(samples[i]);
  } while (taken == capacity);
  return NULL;
}
