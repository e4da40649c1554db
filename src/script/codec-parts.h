/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the codec share. Only for codec*.c and objectid.c.
 */
#pragma once

#include "script/codec-keys.h"
#include "script/codec.h"

/* Deeper documents are no data: the server itself stops at 200. */
enum {
    GW_CODEC_MOST_DEPTH = 1000
};

typedef enum {
    GW_BSON_BINARY,
    GW_BSON_REGEXP,
    GW_BSON_SYMBOL,
    GW_BSON_CODE,
    GW_BSON_DBREF,
    GW_BSON_DECIMAL128,
    GW_BSON_DOUBLE,
    GW_BSON_INT32,
    GW_BSON_LONG,
    GW_BSON_MAX_KEY,
    GW_BSON_MIN_KEY,
    GW_BSON_TIMESTAMP,
    GW_BSON_ERROR,
    GW_BSON_VERSION_ERROR,
    GW_BSON_CLASSES, /* how many they are */
} GwBsonClass;

/* Property names that the codec looks up. */
#define GW_CODEC_ATOMS(X)                                                                          \
    X(BSONTYPE, "_bsontype")                                                                       \
    X(TO_BSON, "toBSON")                                                                           \
    X(SOURCE, "source")                                                                            \
    X(FLAGS, "flags")                                                                              \
    X(VALUE, "value")                                                                              \
    X(BYTES, "bytes")                                                                              \
    X(BUFFER, "buffer")                                                                            \
    X(POSITION, "position")                                                                        \
    X(SUB_TYPE, "sub_type")                                                                        \
    X(CODE, "code")                                                                                \
    X(SCOPE, "scope")                                                                              \
    X(PATTERN, "pattern")                                                                          \
    X(OPTIONS, "options")                                                                          \
    X(COLLECTION, "collection")                                                                    \
    X(OID, "oid")                                                                                  \
    X(DB, "db")                                                                                    \
    X(FIELDS, "fields")                                                                            \
    X(REF, "$ref")                                                                                 \
    X(UNDERSCORE_ID, "_id")                                                                        \
    X(ID, "$id")                                                                                   \
    X(DOLLAR_DB, "$db")                                                                            \
    X(GET_LOW_BITS, "getLowBits")                                                                  \
    X(GET_HIGH_BITS, "getHighBits")                                                                \
    X(TO_HEX_STRING, "toHexString")                                                                \
    X(TO_UUID, "toUUID")                                                                           \
    X(I0, "i0")                                                                                    \
    X(I1, "i1")                                                                                    \
    X(I2, "i2")                                                                                    \
    X(I3, "i3")

enum {
#define X(name, text) GW_ATOM_##name,
    GW_CODEC_ATOMS(X)
#undef X
    GW_ATOMS
};

struct GwCodec {
    JSContext *js; /* borrowed */
    GwKeys *keys;  /* owned */
    JSAtom atoms[GW_ATOMS];
    JSValue loader;                   /* owned: answers npm's bson */
    JSValue classes[GW_BSON_CLASSES]; /* owned: undefined until met */
    JSValue object_id;                /* owned: the constructor */
    JSValue date_get_time;            /* owned: so that a patched prototype does not matter */
    JSValue array_from;               /* owned */
    JSValue regexp;                   /* owned: the constructor */
    JSClassID object_id_class;
    JSClassID array_class;
    JSClassID date_class;
    JSClassID map_class;
    bool has_noted_call; /* of ObjectId() without new */
};

/* The constructor of a class, borrowed; undefined with an exception where it cannot be loaded. */
JSValueConst gw_codec_class(GwCodec *codec, GwBsonClass which);

/* `new Class(arguments)`; frees the arguments, also on failure. */
JSValue gw_codec_make(GwCodec *codec, GwBsonClass which, int count, JSValue *take_arguments);

/* Throw a BSONError (or a BSONVersionError). Always returns false. */
bool gw_codec_throw(GwCodec *codec, GwBsonClass which, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A Buffer of these bytes, or an Uint8Array where the runtime has no Buffer. */
JSValue gw_codec_buffer(JSContext *js, const uint8_t *bytes, size_t count);

/* objectid.c: make the class, fill `object_id` and `object_id_class`. */
bool gw_object_id_init(GwCodec *codec);

/* An ObjectId with these 12 bytes. */
JSValue gw_object_id_make(GwCodec *codec, const uint8_t *bytes);

/* The 12 bytes of an ObjectId of our class, borrowed from it, or NULL where it is something else.
 */
const uint8_t *gw_object_id_bytes(const GwCodec *codec, JSValueConst value);

/* Read 24 hexadecimal digits; false where they are none. */
bool gw_object_id_parse(const char *text, size_t length, uint8_t out_bytes[12]);

/* Any ObjectId, also of another copy of bson and of old versions; false with an exception. */
bool gw_object_id_of_foreign(GwCodec *codec, JSValueConst value, uint8_t out_bytes[12]);
