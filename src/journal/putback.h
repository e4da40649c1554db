/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of updates that only set fields, so that they can be put back by those fields alone: less
 * is read, less is written, and what is the same for many documents goes out once. Pure.
 */
#pragma once

#include "journal/record.h"

/* Whether {$set, $unset} of its fields takes the record back. */
bool gw_putback_can(const GwDocRecord *record);

/* Append {$set: {..}, $unset: {..}}; or {$rename: {..}}, which is the same for many documents,
 * where all values that go back are in `current` (the document, at least the fields of the record)
 * under names that go away. `like`, the update of another document or NULL, is taken where it fits.
 */
void gw_putback_append(const GwDocRecord *record, const bson_t *current, const bson_t *like,
                       bson_t *update);

/* What has to be read of the documents of `records` (bson_t) to compare and take them back; NULL =
 * all of them. Owned. */
bson_t *gw_putback_projection(const GPtrArray *records);
