/* A Cyclone DDS type whose samples are already serialised: CDR bytes in, CDR bytes out. */
#ifndef EFFERENT_RAW_TYPE_H
#define EFFERENT_RAW_TYPE_H

#include "dds/dds.h"
#include "dds/ddsi/ddsi_serdata.h"
#include "dds/ddsi/ddsi_sertype.h"

/* Creates the keyless raw type with this DDS type name; the caller owns one reference. */
struct ddsi_sertype *raw_type_create(const char *type_name);

/* Creates a sample from `size` CDR bytes, the 4-byte encapsulation header included; NULL when out of memory. */
struct ddsi_serdata *raw_sample_create(const struct ddsi_sertype *type, const void *bytes, size_t size);

/* Points at the bytes of a sample; they live as long as a reference to the sample. */
const uint8_t *raw_sample_bytes(const struct ddsi_serdata *sample, size_t *size);

#endif
