/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a source file that an error is about, for people's eyes. */
#pragma once

/* The line with its number, and a caret under the column; NULL where the file can't be read. Owned.
 */
char *gw_excerpt(const char *path, int line, int column);

/* The engine only says "not a function": a better message that names what was called, where the
 * source tells that for certain, or NULL. Owned. */
char *gw_excerpt_name_callee(const char *message, const char *path, int line, int column);
