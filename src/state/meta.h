/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit_meta: what a database remembers of itself: the version of godwit's formats in it, and the
 * environment that it belongs to.
 */
#pragma once

#include "mongo/coll.h"

/* The environment that this database was marked with: owned, NULL = never marked. Fails with
 * GW_ERROR_REFUSED where a newer godwit has written formats that we do not know. */
bool gw_meta_read(GwClients *clients, const char *db, char **out_environment, GError **error);

/* Mark the database, unless it is marked already. */
bool gw_meta_mark(GwClients *clients, const char *db, const char *environment, GError **error);
