/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction for everything that a dry run tries, aborted at its end. An error of any
 * statement makes the server abort it; then it is begun anew and what was done before is done
 * again, so that a script that catches errors sees what it would see in earnest.
 *
 * Where the server has no transactions, reads go through as they are and nothing may be written.
 */
#pragma once

#include "mongo/writer.h"

typedef struct GwTrial GwTrial;

/* Nothing is sent before the first call. `clients` outlives it. Owned; freeing it aborts. */
GwTrial *gw_trial_new(GwClients *clients, GError **error);
void gw_trial_free(GwTrial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwTrial, gw_trial_free)

/* Whether writes can be tried at all. */
bool gw_trial_has_transactions(const GwTrial *trial);

/* Whether anything was written in it. */
bool gw_trial_has_writes(const GwTrial *trial);

/* Why nothing more can be tried; NULL while it can. Borrowed. */
const char *gw_trial_end(const GwTrial *trial);

/* Read inside the transaction, getMore and killCursors included. `out_reply` is always initialised.
 * Fails as gw_command_read does, and with GW_ERROR_FAILED where nothing more can be tried. */
bool gw_trial_read(GwTrial *trial, const char *db, const bson_t *command, bson_t *out_reply,
                   GError **error);

/* Write inside the transaction. `owner` marks what belongs to a transaction of the script; NULL =
 * none. Errors of single documents are in the reply, as with gw_writer_apply; then nothing of this
 * write was done, whatever the reply counts. */
bool gw_trial_write(GwTrial *trial, const GwWrite *write, gconstpointer owner, bson_t *out_reply,
                    GError **error);

/* The script's transaction `owner` is committed: what it did stays. */
void gw_trial_keep(GwTrial *trial, gconstpointer owner);

/* It is aborted: everything again but what it did. */
bool gw_trial_drop(GwTrial *trial, gconstpointer owner, GError **error);

/* A connection for what no transaction can hold (listCollections, explain). Borrowed. */
GwConn *gw_trial_outside(GwTrial *trial);
