/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How careful a run has to be, decided from names alone: the environment that it was called with,
 * and the one that the database remembers.
 */
#pragma once

#include <stdbool.h>

typedef enum {
    GW_LEVEL_FREE,    /* development: nothing is asked */
    GW_LEVEL_ASKS,    /* staging: asks before what loses data */
    GW_LEVEL_GUARDED, /* production: asks, and wants a dry run and backups */
} GwLevel;

typedef struct {
    const char *environment; /* of this run */
    bool is_protected;       /* what the configuration says of it */
    const char *mark;        /* the database's; NULL = it has none */
    bool is_mark_protected;  /* what the configuration said of that one when it was marked */
} GwLevelFacts;

/* The stricter of two levels: the run's, and the mark's where that is another environment. Where
 * it is the same one, the configuration of today knows best. */
GwLevel gw_level_of(const GwLevelFacts *facts);
