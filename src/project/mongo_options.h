/* SPDX-License-Identifier: Apache-2.0 */
/* `mongodb.options` of migrate-mongo's configuration as options of a URI. */
#pragma once

#include "base/bson.h"
#include "base/error.h"

/* `uri` with `options`, those of the Node driver, put into it; they are stronger than what the URI
 * says. What only concerns Node is left out; what godwit does not know is left out and named in
 * `notes` (owned char *; may be NULL). Owned. Fails with GW_ERROR_CONFIG where a value cannot be.
 */
char *gw_mongo_options_apply(const char *uri, const bson_t *options, GPtrArray *notes,
                             GError **error);
