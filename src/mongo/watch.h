/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who is told what a script reads, and may know the answer beforehand. What it writes goes
 * through a GwWriter in any case.
 */
#pragma once

#include "base/bson.h"

typedef struct GwWatch GwWatch;

/* Whoever watches starts with this. Threads: both may be called from several at once. */
struct GwWatch {
    /* Whether the answer is known: then nobody else is asked. `out_reply` is initialised. */
    bool (*answer)(GwWatch *self, const char *db, const bson_t *command, bson_t *out_reply);
    /* The server's answer; NULL = it failed. */
    void (*saw)(GwWatch *self, const char *db, const bson_t *command, const bson_t *reply);
};
