/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The class ObjectId in C, since documents are full of them. It behaves as bson 7's; the rest of it
 * (inspect, static methods that are rarely called) is in js/mongodb/objectid.js.
 */
#pragma once

#include <quickjs.h>
#include <stdbool.h>

/* The constructor. Owned by the caller. */
JSValue gw_object_id_class(JSContext *js);

/* The _id of a document, owned by the caller; where it has none, `adds_id` gives it one. */
JSValue gw_object_id_of_document(JSContext *js, JSValueConst document, bool adds_id);
