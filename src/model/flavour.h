/* SPDX-License-Identifier: Apache-2.0 */
/* Whose rules a project follows: for configuration, names, order and the tracker's format. */
#pragma once

typedef enum {
    GW_FLAVOUR_GODWIT,        /* godwit.json or godwit.config.js, or nothing at all */
    GW_FLAVOUR_MIGRATE_MONGO, /* migrate-mongo-config.js, and no configuration of ours */
} GwFlavour;
