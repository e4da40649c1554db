/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration as plain values, each with the place it came from. The keys are declared in
 * spec/config.toml; where they are read from is project/'s business.
 */
#pragma once

#include "base/error.h"
#include "model/config-keys.h" /* generated: GwConfigKey, GW_CONFIG_URI, ... */
#include "model/flavour.h"

typedef struct GwConfig GwConfig;

/* A key as spec/config.toml declares it. All strings live forever. */
typedef struct {
    GwConfigKey key;
    const char *name;               /* "policies.changed" */
    const char *migrate_mongo_name; /* "mongodb.url"; NULL = it has no such key */
    GwConfigType type;
    const char *fallback; /* the default; NULL = none */
    const char *migrate_mongo_fallback;
    const char *variables; /* environment variables, the strongest first, by blanks */
    const char *flag;      /* "--uri" or NULL */
    const char *choices;   /* by blanks */
    gint64 least;          /* of an int */
    bool is_native;        /* a key of godwit.json */
    const char *help;
} GwConfigKeyInfo;
const GwConfigKeyInfo *gw_config_key_info(GwConfigKey key);

/* A configuration in which every key has its default. */
GwConfig *gw_config_new(GwFlavour flavour);
void gw_config_free(GwConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwConfig, gw_config_free)

GwFlavour gw_config_flavour(const GwConfig *config);

/* Set a key from text, checked against the key's type: an int may not be below the key's least, a
 * bool is "true" or "false", a uri begins with mongodb:// or mongodb+srv://, a choice is one of the
 * choices; nothing is empty. `origin` is for people: "--uri", "MONGODB_URI", "godwit.json",
 * "default". Fails with GW_ERROR_CONFIG, naming key, origin and what was expected, without showing
 * a secret. */
bool gw_config_set(GwConfig *config, GwConfigKey key, const char *value, const char *origin,
                   GError **error);

/* Take a key's value away, also its default. */
void gw_config_unset(GwConfig *config, GwConfigKey key, const char *origin);

/* Values; a string is borrowed until the key is set again and is NULL where there is none (an int
 * is then 0, a bool false). Asking for another type than the key's is a bug (asserted): string,
 * uri, path and choice are strings. */
const char *gw_config_str(const GwConfig *config, GwConfigKey key);
gint64 gw_config_int(const GwConfig *config, GwConfigKey key);
bool gw_config_bool(const GwConfig *config, GwConfigKey key);
const char *gw_config_origin(const GwConfig *config, GwConfigKey key);
bool gw_config_is_default(const GwConfig *config, GwConfigKey key);

/* The value as it may be shown: passwords masked; NULL where there is none. Owned. */
char *gw_config_shown(const GwConfig *config, GwConfigKey key);

/* "policies.changed": how the key is written in godwit.json, and in this configuration's own file.
 */
const char *gw_config_key_name(GwConfigKey key);
const char *gw_config_key_name_in(const GwConfig *config, GwConfigKey key);

/* The key of that name in godwit.json. */
bool gw_config_key_of_name(const char *name, GwConfigKey *out_key);
