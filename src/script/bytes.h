/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A buffer of bytes that grows at its end. Made for the encoder's inner loop, where GByteArray's
 * function call for each append shows.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t *data; /* owned */
    size_t used;
    size_t size;
} GwBytes;

static inline void
gw_bytes_clear(GwBytes *bytes)
{
    g_free(bytes->data);
    *bytes = (GwBytes){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwBytes, gw_bytes_clear)

/* `count` fresh bytes at the end, to be filled by the caller at once. Valid until the next call. */
static inline uint8_t *
gw_bytes_room(GwBytes *bytes, size_t count)
{
    uint8_t *fresh = NULL;

    if (bytes->size - bytes->used < count) {
        bytes->size = MAX(MAX(bytes->size * 2, 512), bytes->used + count);
        bytes->data = g_realloc(bytes->data, bytes->size);
    }
    fresh = bytes->data + bytes->used;
    bytes->used += count;
    return fresh;
}

static inline void
gw_bytes_append(GwBytes *bytes, const void *from, size_t count)
{
    if (count > 0)
        memcpy(gw_bytes_room(bytes, count), from, count);
}

static inline void
gw_bytes_append_byte(GwBytes *bytes, uint8_t byte)
{
    *gw_bytes_room(bytes, 1) = byte;
}

static inline void
gw_bytes_append_int32(GwBytes *bytes, int32_t value)
{
    const uint32_t little = GUINT32_TO_LE((uint32_t)value);

    gw_bytes_append(bytes, &little, 4);
}

static inline void
gw_bytes_append_int64(GwBytes *bytes, int64_t value)
{
    const uint64_t little = GUINT64_TO_LE((uint64_t)value);

    gw_bytes_append(bytes, &little, 8);
}

static inline void
gw_bytes_append_double(GwBytes *bytes, double value)
{
    int64_t bits = 0;

    memcpy(&bits, &value, 8);
    gw_bytes_append_int64(bytes, bits);
}

/* Write `value` over four bytes that are there: the length of a document, known at its end. */
static inline void
gw_bytes_put_int32(GwBytes *bytes, size_t at, int32_t value)
{
    const uint32_t little = GUINT32_TO_LE((uint32_t)value);

    memcpy(bytes->data + at, &little, 4);
}
