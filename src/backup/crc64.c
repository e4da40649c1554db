/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/crc64.h"

#include <string.h>

#define POLYNOMIAL G_GUINT64_CONSTANT(0xC96C5795D7870F42)
#define SLICES 8

static guint64 tables[SLICES][256];

static gpointer
fill_tables(gpointer data)
{
    for (guint byte = 0; byte < 256; byte++) {
        guint64 crc = byte;

        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
        tables[0][byte] = crc;
    }
    for (guint slice = 1; slice < SLICES; slice++) {
        for (guint byte = 0; byte < 256; byte++) {
            guint64 crc = tables[slice - 1][byte];

            tables[slice][byte] = tables[0][crc & 0xFF] ^ (crc >> 8);
        }
    }
    return NULL;
}

/* Eight bytes at a time: one at a time would be the slowest step of a backup. */
static guint64
update_eight(guint64 crc, const guint8 *bytes)
{
    guint64 word = 0;
    guint64 mixed = 0;

    memcpy(&word, bytes, sizeof word);
    word = GUINT64_FROM_LE(word) ^ crc;
    for (guint slice = 0; slice < SLICES; slice++)
        mixed ^= tables[SLICES - 1 - slice][(word >> (8 * slice)) & 0xFF];
    return mixed;
}

guint64
gw_crc64_update(guint64 crc, const void *bytes, gsize size)
{
    static GOnce once = G_ONCE_INIT;
    const guint8 *next = bytes;

    (void)g_once(&once, fill_tables, NULL);
    crc = ~crc;
    for (; size >= SLICES; size -= SLICES, next += SLICES)
        crc = update_eight(crc, next);
    for (; size > 0; size--, next++)
        crc = tables[0][(crc ^ *next) & 0xFF] ^ (crc >> 8);
    return ~crc;
}
