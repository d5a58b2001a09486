/*
 * A peer that shares no code with this project: Cyclone DDS's typed C API, with types compiled from IDL. Its first argument
 * says what it does; it ends when its standard input is closed, and after 60 s in any case.
 */
#include "peer.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

dds_entity_t participant;

static dds_qos_t *quality(dds_durability_kind_t durability, int32_t depth) {
  dds_qos_t *qos = dds_create_qos();
  const dds_history_kind_t kind = depth == 0 ? DDS_HISTORY_KEEP_ALL : DDS_HISTORY_KEEP_LAST;
  dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
  dds_qset_durability(qos, durability);
  dds_qset_history(qos, kind, depth);
  dds_qset_durability_service(qos, 0, kind, depth, DDS_LENGTH_UNLIMITED, DDS_LENGTH_UNLIMITED, DDS_LENGTH_UNLIMITED);
  return qos;
}

dds_qos_t *reliable(int32_t depth) { return quality(DDS_DURABILITY_VOLATILE, depth); }
dds_qos_t *latched(int32_t depth) { return quality(DDS_DURABILITY_TRANSIENT_LOCAL, depth); }

dds_entity_t topic(const dds_topic_descriptor_t *type, const char *name) {
  const dds_entity_t made = dds_create_topic(participant, type, name, NULL, NULL);
  if (made < 0) exit(1);
  return made;
}

dds_entity_t reader(const dds_topic_descriptor_t *type, const char *name, dds_qos_t *qos) {
  const dds_entity_t made = dds_create_reader(participant, topic(type, name), qos, NULL);
  if (made < 0) exit(1);
  return made;
}

dds_entity_t writer(const dds_topic_descriptor_t *type, const char *name, dds_qos_t *qos) {
  const dds_entity_t made = dds_create_writer(participant, topic(type, name), qos, NULL);
  if (made < 0) exit(1);
  return made;
}

void *take(dds_entity_t source) {
  void *samples[1] = {NULL};
  dds_sample_info_t info;
  if (dds_take(source, samples, &info, 1, 1) <= 0) return NULL;
  if (info.valid_data) return samples[0];
  give_back(source, samples[0]);
  return NULL;
}

void give_back(dds_entity_t source, void *sample) { dds_return_loan(source, &sample, 1); }

void send(dds_entity_t sink, const void *sample) {
  dds_publication_matched_status_t status = {0};
  do dds_get_publication_matched_status(sink, &status);
  while (status.current_count == 0 && is_wanted());
  dds_write(sink, sample);
}

bool is_wanted(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  if (poll(&input, 1, 1) == 0) return true;
  char byte;
  return read(STDIN_FILENO, &byte, 1) == 1;
}

void wait_for_line(void) {
  char byte = 0;
  while (byte != '\n')
    if (read(STDIN_FILENO, &byte, 1) != 1) exit(0);
}

static void say(const char *text) {
  printf("%s\n", text);
  fflush(stdout);
}

static void write_numbered(dds_entity_t sink, int count, void write(dds_entity_t, const void *)) {
  for (int i = 0; i < count; i++) {
    char text[16];
    snprintf(text, sizeof text, "%d", i);
    std_msgs_msg_dds__String_ message = {.data = text};
    write(sink, &message);
  }
}

static void write_unheard(dds_entity_t sink, const void *sample) { dds_write(sink, sample); }

/* Writes `count` numbered texts and keeps the newest for those who come late; writes one more when a line comes. */
static void keep(int32_t depth, int count) {
  const dds_entity_t sink = writer(&std_msgs_msg_dds__String__desc, "rt/idl/kept", latched(depth));
  write_numbered(sink, count, write_unheard);
  say("written");
  wait_for_line();
  write_numbered(sink, 1, write_unheard);
  while (is_wanted()) continue;
}

/* Writes `count` numbered texts at once when a line comes. */
static void burst(int count) {
  const dds_entity_t sink = writer(&std_msgs_msg_dds__String__desc, "rt/idl/burst", reliable(count));
  wait_for_line();
  write_numbered(sink, count, send);
  say("written");
  while (is_wanted()) continue;
}

/* Lets what comes in pile up until a line comes, then prints what is left of it. */
static void pile(dds_qos_t *qos) {
  const dds_entity_t source = reader(&std_msgs_msg_dds__String__desc, "rt/idl/pile", qos);
  dds_subscription_matched_status_t status = {0};
  while (status.current_count == 0 && is_wanted()) dds_get_subscription_matched_status(source, &status);
  say("ready");
  wait_for_line();
  std_msgs_msg_dds__String_ *message;
  while ((message = take(source)) != NULL) {
    printf("%s ", message->data);
    give_back(source, message);
  }
  say("end");
}

/* Offers or wants what the other end does not have; prints the policy on which they differ. */
static void differ(bool offers, bool in_durability) {
  dds_qos_t *qos = in_durability == offers ? reliable(1) : latched(1);
  if (!in_durability) dds_qset_durability(qos, DDS_DURABILITY_VOLATILE);
  if (!in_durability && offers) dds_qset_reliability(qos, DDS_RELIABILITY_BEST_EFFORT, 0);
  const dds_topic_descriptor_t *type = &std_msgs_msg_dds__String__desc;
  const dds_entity_t end = offers ? writer(type, "rt/idl/differ", qos) : reader(type, "rt/idl/differ", qos);
  uint32_t policy = 0, matched = 0;
  while (policy == 0 && is_wanted()) {
    if (offers) {
      dds_offered_incompatible_qos_status_t status;
      dds_publication_matched_status_t match;
      dds_get_offered_incompatible_qos_status(end, &status);
      dds_get_publication_matched_status(end, &match);
      if (status.total_count > 0) policy = status.last_policy_id;
      matched = match.total_count;
    } else {
      dds_requested_incompatible_qos_status_t status;
      dds_subscription_matched_status_t match;
      dds_get_requested_incompatible_qos_status(end, &status);
      dds_get_subscription_matched_status(end, &match);
      if (status.total_count > 0) policy = status.last_policy_id;
      matched = match.total_count;
    }
  }
  printf("%s matched %u\n", policy == DDS_RELIABILITY_QOS_POLICY_ID ? "reliability" : policy == DDS_DURABILITY_QOS_POLICY_ID ? "durability" : "nothing", matched);
  fflush(stdout);
  while (is_wanted()) continue;
}

int main(int count, char **words) {
  alarm(60);
  participant = dds_create_participant(DDS_DOMAIN_DEFAULT, NULL, NULL);
  if (participant < 0 || count < 2) return 1;
  const char *what = words[1];
  const int first = count > 2 ? atoi(words[2]) : 0, second = count > 3 ? atoi(words[3]) : 0;
  if (strcmp(what, "echo") == 0) echo();
  else if (strcmp(what, "serve") == 0) serve();
  else if (strcmp(what, "call") == 0) call(first, second);
  else if (strcmp(what, "keep") == 0) keep(first, second);
  else if (strcmp(what, "burst") == 0) burst(first);
  else if (strcmp(what, "pile") == 0) pile(reliable(first));
  else if (strcmp(what, "late") == 0) pile(latched(first));
  else if (strcmp(what, "offer") == 0) differ(true, first == 1);
  else if (strcmp(what, "want") == 0) differ(false, first == 1);
  else return 1;
  dds_delete(participant);
  return 0;
}
