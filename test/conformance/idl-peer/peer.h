/* What the commands of the peer share. */
#include <stdbool.h>
#include <stdint.h>

#include "dds/dds.h"
#include "messages.h"

extern dds_entity_t participant;

/* Reliable and volatile, keep-last; a depth of 0 keeps all. */
dds_qos_t *reliable(int32_t depth);
dds_qos_t *latched(int32_t depth);

dds_entity_t topic(const dds_topic_descriptor_t *type, const char *name);
dds_entity_t reader(const dds_topic_descriptor_t *type, const char *name, dds_qos_t *qos);
dds_entity_t writer(const dds_topic_descriptor_t *type, const char *name, dds_qos_t *qos);

/* Takes one valid sample, or returns NULL; give it back with dds_return_loan. */
void *take(dds_entity_t source);
void give_back(dds_entity_t source, void *sample);

/* Writes once somebody listens, as the other end matches in its own time. */
void send(dds_entity_t sink, const void *sample);

/* True until the test closes our standard input. */
bool is_wanted(void);
/* Waits for one line of standard input. */
void wait_for_line(void);

void echo(void);
void serve(void);
void call(int64_t a, int64_t b);
