/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many documents a write is about, counted before it happens, for a question. A figure to go
 * by: others write meanwhile.
 */
#pragma once

#include "mongo/write_facts.h"

/* Count for two seconds at most, on a connection of its own and outside of any transaction. -1: not
 * known, because it took too long, or because the server would not say. */
gint64 gw_extent_of(GwClients *clients, const GwWriteFacts *facts, const GwWrite *write);
