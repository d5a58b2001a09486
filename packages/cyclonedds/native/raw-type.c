#include "raw-type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dds/ddsi/q_radmin.h"
#include "storage.h"

/* The payload follows the 4-byte header; an offset of 4 puts it on an 8-byte boundary, as its doubles want. */
#define FRONT_PAD 4u

struct raw_sample {
  struct ddsi_serdata base;
  uint32_t size;
  uint8_t *storage; /* FRONT_PAD bytes, then the sample rounded up to 4 bytes */
  uint8_t own[] __attribute__((aligned(8))); /* the storage of a small sample */
};

static size_t round_up_to_4(size_t size) { return (size + 3u) & ~(size_t)3u; }

static size_t storage_size(size_t size) { return FRONT_PAD + round_up_to_4(size); }

static uint8_t *bytes_of(const struct ddsi_serdata *sample) {
  return ((const struct raw_sample *)sample)->storage + FRONT_PAD;
}

static struct raw_sample *allocate_sample(const struct ddsi_sertype *type, enum ddsi_serdata_kind kind, size_t size) {
  if (size > UINT32_MAX - 8u) return NULL;
  const size_t needed = storage_size(size);
  const bool is_small = needed < STORAGE_FROM_BYTES;
  struct raw_sample *sample = malloc(sizeof *sample + (is_small ? needed : 0));
  if (sample == NULL) return NULL;
  sample->storage = is_small ? sample->own : storage_take(needed);
  if (sample->storage == NULL) {
    free(sample);
    return NULL;
  }
  ddsi_serdata_init(&sample->base, type, kind);
  sample->size = (uint32_t)size;
  /* The protocol may ask for the padding up to a multiple of 4, so it exists and is zero. */
  memset(sample->storage + FRONT_PAD + size, 0, round_up_to_4(size) - size);
  return sample;
}

static void sample_free(struct ddsi_serdata *base) {
  struct raw_sample *sample = (struct raw_sample *)base;
  if (sample->storage != sample->own) storage_give(sample->storage, storage_size(sample->size));
  free(sample);
}

static bool sample_equal_key(const struct ddsi_serdata *a, const struct ddsi_serdata *b) {
  (void)a;
  (void)b;
  return true; /* keyless: there is one instance */
}

static uint32_t sample_size(const struct ddsi_serdata *base) { return ((const struct raw_sample *)base)->size; }

static struct ddsi_serdata *sample_from_fragments(const struct ddsi_sertype *type, enum ddsi_serdata_kind kind,
                                                  const struct nn_rdata *fragment, size_t size) {
  struct raw_sample *sample = allocate_sample(type, kind, size);
  if (sample == NULL) return NULL;
  uint8_t *bytes = bytes_of(&sample->base);
  uint32_t filled = 0;
  while (fragment != NULL) {
    /* Fragments come in order but may overlap. */
    if (fragment->maxp1 > filled && fragment->min <= filled && fragment->maxp1 <= size) {
      const uint8_t *payload = NN_RMSG_PAYLOADOFF(fragment->rmsg, NN_RDATA_PAYLOAD_OFF(fragment));
      memcpy(bytes + filled, payload + (filled - fragment->min), fragment->maxp1 - filled);
      filled = fragment->maxp1;
    }
    fragment = fragment->nextfrag;
  }
  if (filled < size) {
    sample_free(&sample->base);
    return NULL;
  }
  return &sample->base;
}

static struct ddsi_serdata *sample_from_iov(const struct ddsi_sertype *type, enum ddsi_serdata_kind kind,
                                            ddsrt_msg_iovlen_t count, const ddsrt_iovec_t *iov, size_t size) {
  struct raw_sample *sample = allocate_sample(type, kind, size);
  if (sample == NULL) return NULL;
  uint8_t *bytes = bytes_of(&sample->base);
  size_t filled = 0;
  for (ddsrt_msg_iovlen_t i = 0; i < count && filled < size; i++) {
    const size_t wanted = size - filled;
    const size_t length = iov[i].iov_len < wanted ? iov[i].iov_len : wanted;
    memcpy(bytes + filled, iov[i].iov_base, length);
    filled += length;
  }
  if (filled < size) memset(bytes + filled, 0, size - filled);
  return &sample->base;
}

static struct ddsi_serdata *sample_from_key_hash(const struct ddsi_sertype *type, const struct ddsi_keyhash *hash) {
  (void)hash;
  struct raw_sample *sample = allocate_sample(type, SDK_KEY, 0);
  return sample == NULL ? NULL : &sample->base;
}

static struct ddsi_serdata *sample_from_application(const struct ddsi_sertype *type, enum ddsi_serdata_kind kind,
                                                    const void *value) {
  (void)type;
  (void)kind;
  (void)value;
  return NULL; /* only serialised samples exist */
}

static void sample_copy_out(const struct ddsi_serdata *base, size_t offset, size_t size, void *out) {
  memcpy(out, bytes_of(base) + offset, size);
}

static struct ddsi_serdata *sample_reference(const struct ddsi_serdata *base, size_t offset, size_t size,
                                             ddsrt_iovec_t *reference) {
  reference->iov_base = bytes_of(base) + offset;
  reference->iov_len = size;
  return ddsi_serdata_ref(base);
}

static void sample_release(struct ddsi_serdata *base, const ddsrt_iovec_t *reference) {
  (void)reference;
  ddsi_serdata_unref(base);
}

static bool sample_to_application(const struct ddsi_serdata *base, void *value, void **buffer, void *limit) {
  (void)base;
  (void)value;
  (void)buffer;
  (void)limit;
  return false;
}

static struct ddsi_serdata *sample_to_untyped(const struct ddsi_serdata *base) {
  struct raw_sample *sample = allocate_sample(base->type, SDK_KEY, 0);
  if (sample == NULL) return NULL;
  sample->base.type = NULL;
  return &sample->base;
}

static bool untyped_to_application(const struct ddsi_sertype *type, const struct ddsi_serdata *base, void *value,
                                   void **buffer, void *limit) {
  (void)type;
  (void)base;
  (void)value;
  (void)buffer;
  (void)limit;
  return true;
}

static size_t sample_print(const struct ddsi_sertype *type, const struct ddsi_serdata *base, char *out, size_t size) {
  (void)type;
  return (size_t)snprintf(out, size, "(%u bytes)", (unsigned)sample_size(base));
}

static void sample_key_hash(const struct ddsi_serdata *base, struct ddsi_keyhash *out, bool force_md5) {
  (void)base;
  (void)force_md5;
  memset(out, 0, sizeof *out);
}

static const struct ddsi_serdata_ops sample_operations = {
    .eqkey = sample_equal_key,
    .get_size = sample_size,
    .from_ser = sample_from_fragments,
    .from_ser_iov = sample_from_iov,
    .from_keyhash = sample_from_key_hash,
    .from_sample = sample_from_application,
    .to_ser = sample_copy_out,
    .to_ser_ref = sample_reference,
    .to_ser_unref = sample_release,
    .to_sample = sample_to_application,
    .to_untyped = sample_to_untyped,
    .untyped_to_sample = untyped_to_application,
    .free = sample_free,
    .print = sample_print,
    .get_keyhash = sample_key_hash,
};

static void type_free(struct ddsi_sertype *type) {
  ddsi_sertype_fini(type);
  free(type);
}

static void type_zero_samples(const struct ddsi_sertype *type, void *samples, size_t count) {
  (void)type;
  (void)samples;
  (void)count;
}

static void type_realloc_samples(void **pointers, const struct ddsi_sertype *type, void *old, size_t old_count,
                                 size_t count) {
  (void)type;
  (void)old;
  (void)old_count;
  for (size_t i = 0; i < count; i++) pointers[i] = NULL;
}

static void type_free_samples(const struct ddsi_sertype *type, void **pointers, size_t count, dds_free_op_t operation) {
  (void)type;
  (void)pointers;
  (void)count;
  (void)operation;
}

static bool type_equal(const struct ddsi_sertype *a, const struct ddsi_sertype *b) {
  (void)a;
  (void)b;
  return true; /* name, kind and operations were compared by the caller and are all there is */
}

static uint32_t type_hash(const struct ddsi_sertype *type) {
  (void)type;
  return 0;
}

static const struct ddsi_sertype_ops type_operations = {
    .version = ddsi_sertype_v0,
    .free = type_free,
    .zero_samples = type_zero_samples,
    .realloc_samples = type_realloc_samples,
    .free_samples = type_free_samples,
    .equal = type_equal,
    .hash = type_hash,
};

struct ddsi_sertype *raw_type_create(const char *type_name) {
  struct ddsi_sertype *type = calloc(1, sizeof *type);
  if (type == NULL) return NULL;
  ddsi_sertype_init_flags(type, type_name, &type_operations, &sample_operations, DDSI_SERTYPE_FLAG_TOPICKIND_NO_KEY);
  type->allowed_data_representation = DDS_DATA_REPRESENTATION_FLAG_XCDR1;
  return type;
}

struct ddsi_serdata *raw_sample_create(const struct ddsi_sertype *type, const void *bytes, size_t size) {
  struct raw_sample *sample = allocate_sample(type, SDK_DATA, size);
  if (sample == NULL) return NULL;
  memcpy(bytes_of(&sample->base), bytes, size);
  return &sample->base;
}

const uint8_t *raw_sample_bytes(const struct ddsi_serdata *sample, size_t *size) {
  *size = sample_size(sample);
  return bytes_of(sample);
}
