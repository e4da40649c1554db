/* SPDX-License-Identifier: Apache-2.0 */
/* What a call looks like with its values left out: {a: {$gt: ?}}. */
#pragma once

#include "base/bson.h"

/* Append the shape of the value of `iter`; long ones are cut off. */
void gw_shape_append(GString *out, const bson_iter_t *iter);
void gw_shape_append_doc(GString *out, const bson_t *doc);
