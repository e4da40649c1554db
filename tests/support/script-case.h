/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One test of script/: files in a folder of their own, what is called, and all that has to come of
 * it.
 */
#pragma once

#include "script/script.h"

typedef struct {
    const char *name;   /* of the test: a sentence */
    const char *files;  /* "@@ a.js\ntext@@ lib/b.js\ntext": the first one is loaded */
    const char *calls;  /* "up down"; NULL: it is only loaded */
    const char *output; /* all that was printed; NULL: not looked at */
    const char *error;  /* its message; NULL: nothing fails */
    const char *place;  /* "a.js:1:2" of the error; NULL: not looked at */
    const char *note;   /* part of a remark; NULL: there is none */
    GwErrorCode code;   /* of the error */
} ScriptCase;

/* Adds one test for each row to the suite. `cases` is borrowed for the life of the program. */
void script_cases_add(const char *suite, const ScriptCase *cases, gsize count);

/* Makes a folder with these files. Owned: its path. */
char *script_case_write(const char *files);

/* Removes what script_case_write made. */
void script_case_remove(const char *folder);

/* The name of the first file. Owned. */
char *script_case_first(const char *files);
