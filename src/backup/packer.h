/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compresses pieces of a file, each so that it stands by itself: a zstd frame with a checksum, a
 * gzip member. One behind the other they are one zstd or gzip file, as everywhere; so several
 * threads can compress at once, and damage is found at the piece that it is in.
 */
#pragma once

#include "base/error.h"

typedef enum {
    GW_COMPRESS_NONE,
    GW_COMPRESS_GZIP, /* as mongodump --gzip */
    GW_COMPRESS_ZSTD,
} GwCompression;

/* "none", "gzip", "zstd", and the end of a file's name: "", ".gz", ".zst". */
const char *gw_compression_name(GwCompression compression);
const char *gw_compression_suffix(GwCompression compression);

typedef struct GwPacker GwPacker;

/* Threads: one at a time. */
GwPacker *gw_packer_new(GwCompression compression);
void gw_packer_free(GwPacker *packer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwPacker, gw_packer_free)

/* More bytes of the piece that is being made. */
void gw_packer_add(GwPacker *packer, const void *bytes, gsize size);

/* The piece is complete: its bytes, borrowed until the next gw_packer_add. */
const GByteArray *gw_packer_end(GwPacker *packer);
