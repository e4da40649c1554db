/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/evp.h>
#include <string.h>

/* Odd, with as many ones as zeros: of the golden ratio, and of MurmurHash3's last step. */
#define MIX_ONE G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)
#define MIX_TWO G_GUINT64_CONSTANT(0xff51afd7ed558ccd)

static guint64
mix(guint64 hash, guint64 word)
{
    hash = (hash ^ word) * MIX_ONE;
    return hash ^ (hash >> 32);
}

guint64
gw_hash_go_on(guint64 hash, const void *bytes, gsize size)
{
    const guint8 *at = bytes;
    guint64 word = 0;
    gsize left = size;

    for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = mix(hash, GUINT64_FROM_LE(word));
    }
    word = 0;
    for (gsize index = 0; index < left; index++)
        word |= (guint64)at[index] << (8 * index);
    /* What is shorter has no zeros behind it. */
    hash = mix(mix(hash, word), size) * MIX_TWO;
    return hash ^ (hash >> 33);
}

char *
gw_hash_sha256(const void *bytes, gsize size)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_size = 0;
    char *hex = NULL;

    /* It can only fail where OpenSSL itself is broken or memory is out. */
    if (EVP_Digest(bytes, size, digest, &digest_size, EVP_sha256(), NULL) != 1)
        g_assert_not_reached();
    hex = g_malloc(2 * digest_size + 1);
    for (unsigned int index = 0; index < digest_size; index++)
        g_snprintf(hex + 2 * index, 3, "%02x", digest[index]);
    return hex;
}
