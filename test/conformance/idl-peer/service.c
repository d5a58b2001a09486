/* Both ends of a service as rmw_cyclonedds maps it: two topics, and user data that says which reader and writer belong together. */
#include <stdio.h>
#include <string.h>

#include "peer.h"

typedef example_interfaces_srv_dds__AddTwoInts_Request_ Request;
typedef example_interfaces_srv_dds__AddTwoInts_Response_ Response;

static dds_qos_t *announcing(const char *key) {
  dds_qos_t *qos = reliable(0);
  char text[128];
  const int length = snprintf(text, sizeof text, "%s=1.2.3.4.5.6.7.8.9.a.b.c.0.0.0.1;", key);
  dds_qset_userdata(qos, text, (size_t)length);
  return qos;
}

void serve(void) {
  dds_qos_t *qos = announcing("serviceid");
  const dds_entity_t requests = reader(&example_interfaces_srv_dds__AddTwoInts_Request__desc, "rq/idl/addRequest", qos);
  const dds_entity_t replies = writer(&example_interfaces_srv_dds__AddTwoInts_Response__desc, "rr/idl/addReply", qos);
  while (is_wanted()) {
    for (Request *request = take(requests); request != NULL; request = take(requests)) {
      Response response = {.client = request->client, .number = request->number, .sum = request->a + request->b};
      give_back(requests, request);
      send(replies, &response);
    }
  }
}

static bool is_matched(dds_entity_t requests, dds_entity_t replies) {
  dds_publication_matched_status_t sent;
  dds_subscription_matched_status_t heard;
  dds_get_publication_matched_status(requests, &sent);
  dds_get_subscription_matched_status(replies, &heard);
  return sent.current_count > 0 && heard.current_count > 0;
}

/* Calls the service with (a, b), (a + 1, b), … five times, all under way at once, and prints the replies in their order. */
void call(int64_t a, int64_t b) {
  dds_qos_t *qos = announcing("clientid");
  const dds_entity_t replies = reader(&example_interfaces_srv_dds__AddTwoInts_Response__desc, "rr/idl/answerReply", qos);
  const dds_entity_t requests = writer(&example_interfaces_srv_dds__AddTwoInts_Request__desc, "rq/idl/answerRequest", qos);
  dds_instance_handle_t handle;
  dds_get_instance_handle(requests, &handle);
  while (is_wanted() && !is_matched(requests, replies)) continue;
  for (int64_t i = 0; i < 5; i++) {
    Request request = {.client = handle, .number = i + 1, .a = a + i, .b = b};
    dds_write(requests, &request);
  }
  for (int answered = 0; answered < 5 && is_wanted();) {
    Response *response = take(replies);
    if (response == NULL) continue;
    if (response->client == handle) {
      printf("%lld:%lld ", (long long)response->number, (long long)response->sum);
      answered++;
    }
    give_back(replies, response);
  }
  printf("end\n");
  fflush(stdout);
}
