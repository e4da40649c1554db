/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a place in stripped TypeScript is in the original. The list is made by
 * typescript/shifts.js.
 */
#pragma once

/* Put the original's line and column for those of the stripped text; both count from 1. `shifts`
 * NULL: nothing differs. */
void gw_shifts_apply(const char *shifts, int *line, int *column);
