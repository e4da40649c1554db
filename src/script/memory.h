/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of one engine, with a limit that leaves room to say so: with the engine's own limit even
 * the error "out of memory" often finds none, and null is thrown.
 */
#pragma once

#include <quickjs.h>
#include <stdbool.h>

typedef struct GwMemory GwMemory;

GwMemory *gw_memory_new(size_t limit_bytes);
void gw_memory_free(GwMemory *memory);

/* A runtime that allocates from here. `memory` outlives it. */
JSRuntime *gw_memory_new_runtime(GwMemory *memory);

/* Whether the limit was ever met. */
bool gw_memory_is_spent(const GwMemory *memory);
