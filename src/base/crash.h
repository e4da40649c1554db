/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places where a test can end the process as if its power had gone: GODWIT_CRASH_AT="name:3" ends
 * it the third time that the place is reached. Compiled in only with -Dcrash_points=true.
 */
#pragma once

#ifdef GW_CRASH_POINTS
/* Ends the process without any tidying up where the environment says so. Threads: any. */
void gw_crash_point(const char *name);
#define GW_CRASH_POINT(name) gw_crash_point(name)
#else
#define GW_CRASH_POINT(name) ((void)0)
#endif
