/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The class ObjectId in C, since documents are full of them. It behaves as bson 7's; the rest of it
 * (inspect, static methods that are rarely called) is in js/mongodb/objectid.js.
 */
#pragma once

#include <quickjs.h>

/* The constructor. Owned by the caller. */
JSValue gw_object_id_class(JSContext *js);
