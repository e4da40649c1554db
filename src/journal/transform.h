/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunk of a sweep whose changes are decided document by document. Between reading and writing
 * nobody comes in: both are in one transaction.
 */
#pragma once

#include "journal/blob.h"
#include "journal/part.h"

/* Have decided what becomes of the documents in `part->pre`, send that, and leave those in `pre`
 * that it changed. Fails as gw_writer_apply does, and with what the decision failed with. */
bool gw_transform_run(GwPart *part, GwSession *session, GwConn *conn, GError **error);

/* Whether all changes are deletes or set fields to what stands in them: then nobody has to ask what
 * the documents have become. */
bool gw_transform_only_sets(const GwPart *part);

/* Add to `blob` what such changes did to the documents in `part->pre`. */
void gw_transform_record(const GwPart *part, GwBlob *blob);
