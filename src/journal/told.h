/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of documents, told from what was sent alone. Nobody has to read the documents again,
 * or to compare all of them. It does for inserts, for an update that only takes fields at the top
 * away, or gives one another name, for updates by _id that only set some, each of another document,
 * and for what the function of a sweep answers where that only sets or deletes.
 */
#pragma once

#include "journal/blob.h"
#include "journal/part.h"

/* Whether that does for a part that is done, whose `pre` has whole documents, or of those by _id
 * the fields that are set. */
bool gw_told_can(GwPart *part);

/* Add to `blob` what it did to them. */
void gw_told_record(const GwPart *part, GwBlob *blob);
