/* Memory of large samples, which is used again: fresh pages cost more than the copy into them. */
#ifndef EFFERENT_STORAGE_H
#define EFFERENT_STORAGE_H

#include <stddef.h>

/* Samples from this size up take such memory. */
#define STORAGE_FROM_BYTES 65536u

/* Returns at least `size` bytes on a page boundary; NULL when out of memory. Any thread may call it. */
void *storage_take(size_t size);

/* Gives back what storage_take(size) returned. */
void storage_give(void *memory, size_t size);

#endif
