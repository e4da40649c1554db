/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a project: which configuration file governs a folder. It reads none of them.
 */
#pragma once

#include "base/error.h"
#include "model/flavour.h"

/* Where a project is. Strings are owned and absolute. */
typedef struct {
    char *folder;      /* from where the search began: the user's current folder */
    char *root;        /* from where relative paths of the configuration count */
    char *config_path; /* NULL = there is no configuration file */
    GwFlavour flavour; /* by the file's name; see gw_config_file_flavour */
    bool is_script;    /* JavaScript, which has to be evaluated; else JSON */
    bool is_named;     /* by -f: a script's flavour is decided by what it holds */
} GwLocation;
void gw_location_clear(GwLocation *location);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwLocation, gw_location_clear)

/* Look in `folder` (NULL: the current one) and the folders above it for godwit.json,
 * godwit.config.js (.cjs, .mjs), then migrate-mongo-config.js (.cjs, .mjs); of two folders the
 * nearer counts. Or take `config_file`, relative to `folder`. Fails with GW_ERROR_NO_PROJECT
 * (nothing found, or the named file is not there) and GW_ERROR_CONFIG (two of godwit's in one
 * folder). */
bool gw_locate(const char *folder, const char *config_file, GwLocation *out_location,
               GError **error);

/* `folder` (NULL: the current one) as a project without a configuration file. */
void gw_locate_bare(const char *folder, GwLocation *out_location);
