/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection string made safe: parsed with godwit's defaults, and shown without its secrets.
 */
#pragma once

#include "mongo/conn.h"

/* Parse `text`, with our defaults where it says nothing. Fails with GW_ERROR_CONFIG; no message
 * holds any part of the user or the password. The result is owned. */
mongoc_uri_t *gw_uri_parse(const char *text, const char *app_name, GError **error);

/* `text`, which `uri` was parsed from, for people's eyes. Owned. */
char *gw_uri_mask(const char *text, const mongoc_uri_t *uri);
