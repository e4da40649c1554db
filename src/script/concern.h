/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether scripts may look for what they wrote where only a majority's writes are seen, or another
 * member's: then each write has to have arrived there before the next one begins.
 */
#pragma once

#include "script/binding.h"

/* Look at a source that is loaded. */
void gw_concern_note_source(GwEngine *engine, const char *text, gsize bytes);
