/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunk of a sweep whose changes are decided document by document. Between reading and writing
 * nobody comes in: both are in one transaction.
 */
#pragma once

#include "journal/part.h"

/* Have decided what becomes of the documents in `part->pre`, send that, and leave those in `pre`
 * that it changed. Fails as gw_writer_apply does, and with what the decision failed with. */
bool gw_transform_run(GwPart *part, GwSession *session, GwConn *conn, GError **error);

/* Put into `part->post` what the documents have become. False where only the server knows. */
bool gw_transform_tell(GwPart *part);
