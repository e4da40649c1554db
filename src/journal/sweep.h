/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation on many documents, cut into chunks of some hundreds, each a transaction with its
 * pre-images. Every document that matched when it began is looked at once.
 */
#pragma once

#include "journal/part.h"

/* Do the operation of `part`, of kind GW_PART_MANY. Its reply becomes what one command would have
 * answered. Fails as gw_docs_run_part does; the chunks before stay done. */
bool gw_sweep_run(GwPart *part, GError **error);
