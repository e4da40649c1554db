/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script throws, as an error of ours: the sentence, the place, the stack without godwit's
 * own frames, the server's code and labels.
 */
#pragma once

#include "script/engine.h"

/* Set `error` from what was thrown, or from the reason of a rejection. Always returns false. */
bool gw_throw_script(GError **error, GwErrorCode code, GwEngine *engine, JSValue take_thrown);
