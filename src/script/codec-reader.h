/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder's tools. Everything is checked against the end of the document that it is in, since
 * bytes may come from a file as well. Only for codec*.c.
 */
#pragma once

#include "script/codec-parts.h"

/* A place in a document. All borrowed. */
typedef struct {
    GwCodec *codec;
    JSContext *js;
    const uint8_t *at;
    const uint8_t *end; /* of the innermost document, its 0 not counted */
    GwDecodeFlags flags;
    unsigned depth;
} Reader;

/* Throw a BSONError. Always returns false. */
bool gw_reader_fail(Reader *reader, const char *why);

/* Step over bytes, numbers, names; NULL or false with an exception where they are not all there. */
const uint8_t *gw_reader_take(Reader *reader, size_t count);
bool gw_reader_take_int32(Reader *reader, int32_t *out_number);
bool gw_reader_take_int64(Reader *reader, int64_t *out_number);
const char *gw_reader_take_cstring(Reader *reader, size_t *out_bytes);

/* The length of a document at `reader`: `out_inner` is set to its fields, `reader` steps behind it.
 */
bool gw_reader_enter(Reader *reader, Reader *out_inner);

JSValue gw_reader_take_string(Reader *reader);
JSValue gw_reader_take_document(Reader *reader, bool may_be_dbref);
JSValue gw_reader_take_array(Reader *reader);

/* The value of an element of this type; `name` is for messages. */
JSValue gw_reader_take_value(Reader *reader, uint8_t type, const char *name);
