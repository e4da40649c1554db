/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of documents, told from an update alone: one that only takes fields at the top away,
 * or gives one another name. Nobody has to read the documents again, or to compare all of them.
 */
#pragma once

#include "journal/blob.h"
#include "journal/part.h"

/* Whether that does for a part that is done, whose `pre` has whole documents. */
bool gw_told_can(const GwPart *part);

/* Add to `blob` what it did to them. */
void gw_told_record(const GwPart *part, GwBlob *blob);
