/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many entries the journal has, counted in its index, for those who ask whether it is whole. It
 * does not look at what is in them.
 */
#pragma once

#include "journal/job.h"

/* The entries of all jobs: an owned table for gw_journal_tally_is_whole. */
GHashTable *gw_journal_tally_new(GwClients *clients, const char *db, GError **error);

/* Whether the journal has as many entries of a job that is done as it had at its end. */
bool gw_journal_tally_is_whole(GHashTable *tally, const GwJob *job);
