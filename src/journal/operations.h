/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of a write, each looked at where it lies in the write's batch: only an inserted
 * document that the server would store in another way is made anew.
 */
#pragma once

#include "mongo/writer.h"

typedef struct {
    GPtrArray *list;   /* owned: bson_t; empty for a findAndModify */
    GPtrArray *blocks; /* owned: the memory that some of them lie in */
    guint room;        /* bson_t left in the last block */
} GwOperations;

/* `write` is borrowed and outlives them. */
void gw_operations_init(GwOperations *operations, const GwWrite *write);
void gw_operations_clear(GwOperations *operations);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwOperations, gw_operations_clear)

/* Those from `first` on, one behind the other: borrowed where they lie so, else put into `room`. */
const guint8 *gw_operations_bytes(const GPtrArray *list, guint first, guint count, GByteArray *room,
                                  gsize *out_bytes);
