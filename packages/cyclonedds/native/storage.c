#include "storage.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

/* Blocks come in multiples of this size, so that pictures of one camera share them. */
#define BLOCK_BYTES STORAGE_FROM_BYTES
/* What is kept at most: a reader's pictures between two collections of garbage. */
#define KEPT_BYTES (64u << 20)
#define KEPT_BLOCKS 256

struct kept {
  void *memory;
  size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* The oldest first. */
static struct kept kept[KEPT_BLOCKS];
static size_t kept_count, kept_bytes;

static size_t block_size(size_t size) { return (size + BLOCK_BYTES - 1) & ~(size_t)(BLOCK_BYTES - 1); }

static void *forget(size_t index) {
  void *memory = kept[index].memory;
  kept_bytes -= kept[index].size;
  kept_count--;
  for (size_t i = index; i < kept_count; i++) kept[i] = kept[i + 1];
  return memory;
}

void *storage_take(size_t size) {
  const size_t wanted = block_size(size);
  void *memory = NULL;
  pthread_mutex_lock(&lock);
  for (size_t i = kept_count; i-- > 0 && memory == NULL;)
    if (kept[i].size == wanted) memory = forget(i);
  pthread_mutex_unlock(&lock);
  return memory != NULL ? memory : aligned_alloc(4096, wanted);
}

void storage_give(void *memory, size_t size) {
  const size_t given = block_size(size);
  void *surplus[KEPT_BLOCKS];
  size_t surplus_count = 0;
  pthread_mutex_lock(&lock);
  while (kept_count > 0 && (kept_bytes + given > KEPT_BYTES || kept_count == KEPT_BLOCKS))
    surplus[surplus_count++] = forget(0);
  if (given <= KEPT_BYTES) {
    kept[kept_count++] = (struct kept){.memory = memory, .size = given};
    kept_bytes += given;
  } else {
    surplus[surplus_count++] = memory;
  }
  pthread_mutex_unlock(&lock);
  for (size_t i = 0; i < surplus_count; i++) free(surplus[i]);
}
