/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder's tools: names, strings, and the BSON classes. Only for codec*.c.
 */
#pragma once

#include "script/codec-parts.h"

/* One call of gw_codec_encode. All borrowed. */
typedef struct {
    GwCodec *codec;
    JSContext *js;
    GwBytes *out;
    GwEncodeFlags flags;
} Writer;

/* The name of an element: UTF-8 without a 0 in it. */
typedef struct {
    const char *text;
    size_t bytes;
} Name;

/* Where we are in a document, to find circles. Lives on the stack. */
typedef struct Frame Frame;
struct Frame {
    const void *object;
    const Frame *up; /* NULL: the root */
    unsigned depth;
    bool is_array;
};

static inline void
gw_writer_put_name(Writer *writer, uint8_t type, Name name)
{
    uint8_t *to = gw_bytes_room(writer->out, name.bytes + 2);

    to[0] = type;
    memcpy(to + 1, name.text, name.bytes);
    to[name.bytes + 1] = 0;
}

/* Decimal digits of an index, 0 at the end; answers how many. `out` holds 24. */
size_t gw_writer_digits(char *out, uint64_t number);

/* A string, a Symbol (0x0E) or Code (0x0D) element; the value is converted to a string. */
bool gw_writer_put_string(Writer *writer, uint8_t type, Name name, JSValueConst value);

/* The source of a function as Code. */
bool gw_writer_put_function(Writer *writer, Name name, JSValueConst value);

/* Text of a value, of an object's property, of an atom: owned UTF-8 with a 0 at the end, or NULL
 * with an exception. `out_bytes` may be NULL. */
char *gw_writer_string(Writer *writer, JSValueConst value, size_t *out_bytes);
char *gw_writer_text(Writer *writer, JSValueConst object, int atom, size_t *out_bytes);
char *gw_writer_atom_text(Writer *writer, JSAtom atom, size_t *out_bytes);

/* A value that says `_bsontype` (`tag`), of whatever copy of bson. */
bool gw_writer_put_class(Writer *writer, Name name, JSValueConst value, JSValueConst tag,
                         const Frame *up);

/* The length, the elements and the end of a document, an array or a Map. */
bool gw_writer_put_body(Writer *writer, JSValueConst value, const Frame *up);
