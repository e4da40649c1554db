/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/crc64.h"

#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define POLYNOMIAL G_GUINT64_CONSTANT(0xC96C5795D7870F42)
#define SLICES 8

/* How much one step of the fast way takes in. */
#define FOLD_BYTES 64

static guint64 tables[SLICES][256];

/* x^(8 * FOLD_BYTES + 64) and x^(8 * FOLD_BYTES), by which what comes before counts as what comes
 * FOLD_BYTES behind it. */
static guint64 fold_first;
static guint64 fold_second;
static bool can_fold; /* the processor multiplies polynomials */

/* x^exponent modulo the polynomial, reflected. */
static guint64
power_of_x(guint exponent)
{
    guint64 power = G_GUINT64_CONSTANT(1) << 63;

    for (; exponent > 0; exponent--)
        power = (power & 1) != 0 ? (power >> 1) ^ POLYNOMIAL : power >> 1;
    return power;
}

static void
look_at_processor(void)
{
    /* A product of two reflected factors comes out one power too high. */
    fold_first = power_of_x(8 * FOLD_BYTES + 64 - 1);
    fold_second = power_of_x(8 * FOLD_BYTES - 1);
#ifdef __x86_64__
    can_fold = __builtin_cpu_supports("pclmul");
#endif
}

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
    look_at_processor();
    return NULL;
}

/* Eight bytes at a time, where nothing faster is at hand. */
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

/* `crc` and what it counts for are inverted already. */
static guint64
update_by_table(guint64 crc, const guint8 *next, gsize size)
{
    for (; size >= SLICES; size -= SLICES, next += SLICES)
        crc = update_eight(crc, next);
    for (; size > 0; size--, next++)
        crc = tables[0][(crc ^ *next) & 0xFF] ^ (crc >> 8);
    return crc;
}

#ifdef __x86_64__
/* The bytes of `lane`, moved FOLD_BYTES towards the end, and those which stand there. */
__attribute__((target("pclmul"))) static __m128i
fold_lane(__m128i lane, __m128i factors, const guint8 *next)
{
    __m128i first = _mm_clmulepi64_si128(lane, factors, 0x00);
    __m128i second = _mm_clmulepi64_si128(lane, factors, 0x11);

    return _mm_xor_si128(_mm_xor_si128(first, second), _mm_loadu_si128((const void *)next));
}

/* Four lanes take in one step after the other, so that none waits for another. What is left in them
 * has the same checksum as all that went in. `size` is at least FOLD_BYTES. */
__attribute__((target("pclmul"))) static guint64
update_by_folding(guint64 crc, const guint8 *next, gsize size)
{
    __m128i factors = _mm_set_epi64x((gint64)fold_second, (gint64)fold_first);
    __m128i lanes[FOLD_BYTES / 16];

    for (guint lane = 0; lane < G_N_ELEMENTS(lanes); lane++)
        lanes[lane] = _mm_loadu_si128((const void *)(next + 16 * lane));
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128((gint64)crc));
    for (size -= FOLD_BYTES, next += FOLD_BYTES; size >= FOLD_BYTES;
         size -= FOLD_BYTES, next += FOLD_BYTES) {
        for (guint lane = 0; lane < G_N_ELEMENTS(lanes); lane++)
            lanes[lane] = fold_lane(lanes[lane], factors, next + 16 * lane);
    }
    return update_by_table(update_by_table(0, (const guint8 *)lanes, sizeof lanes), next, size);
}
#endif

guint64
gw_crc64_update(guint64 crc, const void *bytes, gsize size)
{
    static GOnce once = G_ONCE_INIT;

    (void)g_once(&once, fill_tables, NULL);
#ifdef __x86_64__
    if (can_fold && size >= FOLD_BYTES)
        return ~update_by_folding(~crc, bytes, size);
#endif
    return ~update_by_table(~crc, bytes, size);
}
