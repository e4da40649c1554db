/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JavaScript values to BSON and back, by the rules of the Node driver (bson 7). Classes other than
 * ObjectId come from the embedded npm package `bson`, loaded when the first of them is met.
 */
#pragma once

#include <quickjs.h>

#include "script/bytes.h"

typedef struct GwCodec GwCodec;

typedef enum {
    GW_ENCODE_DEFAULT = 0,
    GW_ENCODE_IGNORE_UNDEFINED = 1 << 0, /* leave fields out that are undefined, not null */
    GW_ENCODE_FUNCTIONS = 1 << 1,        /* functions as Code, not dropped */
    GW_ENCODE_ID_FIRST = 1 << 2,         /* the _id comes first, as the server stores it */
} GwEncodeFlags;

typedef enum {
    GW_DECODE_DEFAULT = 0,
    GW_DECODE_KEEP_LONGS = 1 << 0,  /* promoteLongs: false */
    GW_DECODE_KEEP_VALUES = 1 << 1, /* promoteValues: false */
    GW_DECODE_BUFFERS = 1 << 2,     /* promoteBuffers: true */
    GW_DECODE_BIGINT = 1 << 3,      /* useBigInt64: true */
    GW_DECODE_BSON_REGEXP = 1 << 4, /* bsonRegExp: true */
    GW_DECODE_LOOSE_UTF8 = 1 << 5,  /* enableUtf8Validation: false */
} GwDecodeFlags;

/* The codec of this engine, made on first use. Owned by the engine: gw_binding_mongo_clear frees
 * it. */
GwCodec *gw_codec_of(JSContext *js);

/* Append `document` as one BSON document. On failure an exception is pending and `out` is as
 * before. A Map is a document; an array, a Date, a BSON value is none. */
bool gw_codec_encode(GwCodec *codec, JSValueConst document, GwEncodeFlags flags, GwBytes *out);

/* The document at `bytes`, or an exception where it is no valid BSON. */
JSValue gw_codec_decode(GwCodec *codec, const uint8_t *bytes, size_t count, GwDecodeFlags flags);

/* Where the classes of npm's bson are: a function without arguments that answers the module. */
void gw_codec_set_classes(GwCodec *codec, JSValueConst loader);

/* Made and freed by gw_codec_of and gw_binding_mongo_clear. */
GwCodec *gw_codec_new(JSContext *js);
void gw_codec_free(GwCodec *codec);
