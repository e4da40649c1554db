/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer that asks before data is lost: each destructive or irreversible write is shown to a
 * judge before it is handed on. It knows no policy.
 */
#pragma once

#include "mongo/write_facts.h"

/* Whether a write that takes something away may go on; sets the error where not. Both are borrowed
 * for the time of the call. Threads: any, several at once. */
typedef bool (*GwWriterGuardFunc)(const GwWriteFacts *facts, const GwWrite *write, gpointer data,
                                  GError **error);

/* A writer that asks `may` before it hands on a write whose loss is not GW_LOSS_NONE, and fails
 * with its error; all other writes go on unasked. */
GwWriter *gw_writer_guard_new(GwWriterGuardFunc may, gpointer data, GwWriter *take_next);
