/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/evp.h>

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
