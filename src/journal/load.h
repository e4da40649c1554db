/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How busy a server is, and how far behind its slowest member. Looks, and decides nothing.
 */
#pragma once

#include "mongo/command.h"

/* -1 = not known: no rights to ask, or nothing of that kind there. */
typedef struct {
    gint64 queue;   /* operations that wait for a lock, or for a ticket of the storage engine */
    gint64 dirty;   /* percent of the cache that is to be written to disk */
    gint64 used;    /* percent of the cache that is in use */
    gint64 served;  /* reads and writes since it started, without those of other members */
    gint64 own_min; /* of these, what this process had been answered before the server was asked */
    gint64 own_max; /* and what it had sent afterwards */
    gint64 lag_ms;  /* of the slowest data-bearing member that is there */
    bool is_denied; /* for lack of rights, it is that of the majority */
} GwLoad;

/* Two commands, of a millisecond or so each; what fails is not known. `conn` is of `clients`. */
void gw_load_look(GwClients *clients, GwConn *conn, GwLoad *out_load);

/* The processors of the server's machine; 0 = not known. */
guint gw_load_processors(GwConn *conn);
