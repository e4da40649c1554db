/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation on one document, done by findAndModify: its pre-image comes with the answer, so
 * that the find before is spared. Where that fails, the part is to be done in the other way, whose
 * error is the one that the script has to get.
 */
#pragma once

#include "journal/part.h"

/* Whether the part may be done so. */
bool gw_joined_can(const GwPart *part);

/* Change the document: fills `part->pre` and, all but what was modified, `part->reply`. */
bool gw_joined_run(GwPart *part, GwSession *session, GwConn *conn, GError **error);

/* Say in `part->reply` whether the document is another one now. */
void gw_joined_tell(GwPart *part, bool is_changed);
