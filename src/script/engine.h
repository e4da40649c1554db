/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JavaScript engine with godwit's globals, loop and module loader. What is run in it is
 * script.h's business.
 */
#pragma once

#include "script/binding.h"

/* `params` is borrowed and outlives the engine. */
GwEngine *gw_engine_new(const GwScriptParams *params, GError **error);
void gw_engine_free(GwEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwEngine, gw_engine_free)

/* Before running anything: the engine may have moved to another thread. */
void gw_engine_enter(GwEngine *engine);
