/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tracker's record as a document of godwit's own format (docs/design/), and back. It knows no
 * server.
 */
#pragma once

#include "model/migration.h"

/* The document without _id, its fields in the order in which people read them; appliedAt is null,
 * for the server's clock to fill. Owned. */
bson_t *gw_record_to_bson(const GwRecord *record);

/* The record that such a document holds; a field that is missing is NULL or 0. Fails where there is
 * no migrationId or no status that godwit knows. Owned. */
GwRecord *gw_record_of_bson(const bson_t *doc, GError **error);
