/* SPDX-License-Identifier: Apache-2.0 */
#include "script/memory.h"

#include <glib.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Past the limit small pieces are still given out, up to this much: an error is made of them. */
enum {
    RESERVE_BYTES = 256 * 1024,
    SMALL_BYTES = 8 * 1024,
};

struct GwMemory {
    size_t limit_bytes;
    size_t used_bytes;
    bool is_spent;
};

GwMemory *
gw_memory_new(size_t limit_bytes)
{
    GwMemory *memory = g_new0(GwMemory, 1);

    memory->limit_bytes = limit_bytes;
    return memory;
}

void
gw_memory_free(GwMemory *memory)
{
    g_free(memory);
}

bool
gw_memory_is_spent(const GwMemory *memory)
{
    return memory->is_spent;
}

static bool
may_take(GwMemory *memory, size_t bytes)
{
    bool was_spent = memory->is_spent;

    if (memory->used_bytes + bytes <= memory->limit_bytes)
        return true;
    memory->is_spent = true;
    return was_spent && bytes <= SMALL_BYTES &&
           memory->used_bytes + bytes <= memory->limit_bytes + RESERVE_BYTES;
}

static void *
count(GwMemory *memory, void *block)
{
    if (block != NULL)
        memory->used_bytes += malloc_usable_size(block);
    return block;
}

static void *
take(void *opaque, size_t bytes)
{
    return may_take(opaque, bytes) ? count(opaque, malloc(bytes)) : NULL;
}

static void *
take_zeroed(void *opaque, size_t number, size_t bytes)
{
    size_t all = 0;

    if (!g_size_checked_mul(&all, number, bytes) || !may_take(opaque, all))
        return NULL;
    return count(opaque, calloc(number, bytes));
}

static void
release(void *opaque, void *block)
{
    if (block != NULL)
        ((GwMemory *)opaque)->used_bytes -= malloc_usable_size(block);
    (free)(block); /* the engine's allocator is the owner here */
}

static void *
resize(void *opaque, void *block, size_t bytes)
{
    GwMemory *memory = opaque;
    size_t before = block != NULL ? malloc_usable_size(block) : 0;
    void *moved;

    if (bytes > before && !may_take(memory, bytes - before))
        return NULL;
    moved = realloc(block, bytes);
    if (moved == NULL && bytes > 0)
        return NULL;
    memory->used_bytes -= before;
    return count(memory, moved);
}

static size_t
measure(const void *block)
{
    return block != NULL ? malloc_usable_size((void *)block) : 0;
}

JSRuntime *
gw_memory_new_runtime(GwMemory *memory)
{
    static const JSMallocFunctions functions = {take_zeroed, take, release, resize, measure};

    return JS_NewRuntime2(&functions, memory);
}
