/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ES modules: the bridge between the engine's module callbacks and js/internal/loader.js, which
 * resolves names and runs CommonJS.
 */
#pragma once

#include "script/binding.h"

typedef struct GwModules GwModules;

/* Installs the callbacks. `engine` is borrowed and outlives it. */
GwModules *gw_modules_new(GwEngine *engine);
void gw_modules_free(GwModules *modules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwModules, gw_modules_free)

/* A job of the event loop is over: a dynamic import() that it ran has evaluated what it can. */
void gw_modules_job_ended(GwModules *modules);
