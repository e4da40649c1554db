/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an undo does with documents that somebody changed since the migration.
 */
#pragma once

typedef enum {
    GW_CONFLICT_STOP,      /* write nothing at all */
    GW_CONFLICT_KEEP,      /* leave them as they are */
    GW_CONFLICT_OVERWRITE, /* put back what was there before */
} GwConflict;
