/* SPDX-License-Identifier: Apache-2.0 */
/* Names in one word of the command line: "users,orders". */
#pragma once

#include "base/error.h"

/* The names in `text`, each once; `out_names` is owned, NULL where `text` is. Fails with
 * GW_ERROR_USAGE where there is none. */
bool gw_split_names(const char *text, char ***out_names, GError **error);
