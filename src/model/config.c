/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config.h"

#include <string.h>

#include "base/text.h"

typedef struct {
    char *text;   /* owned; NULL = no value */
    char *origin; /* owned */
    gint64 number;
} Value;

struct GwConfig {
    GwFlavour flavour;
    Value values[GW_CONFIG_KEY_COUNT];
};

#define KEY_ROW(key, name, mm_name, type, fallback, mm_fallback, env, flag, choices, least,        \
                is_native, help)                                                                   \
    {key, name, mm_name, type, fallback, mm_fallback, env, flag, choices, least, is_native, help},
static const GwConfigKeyInfo keys[] = {GW_CONFIG_TABLE(KEY_ROW)};

static const char *const default_origin = "default";

const GwConfigKeyInfo *
gw_config_key_info(GwConfigKey key)
{
    g_assert(key < GW_CONFIG_KEY_COUNT);
    return &keys[key];
}

GwConfig *
gw_config_new(GwFlavour flavour)
{
    GwConfig *config = g_new0(GwConfig, 1);

    config->flavour = flavour;
    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        const char *fallback =
            flavour == GW_FLAVOUR_GODWIT ? keys[key].fallback : keys[key].migrate_mongo_fallback;

        if (fallback == NULL)
            gw_config_unset(config, key, default_origin);
        else if (!gw_config_set(config, key, fallback, default_origin, NULL))
            g_assert_not_reached(); /* spec/config.toml contradicts itself */
    }
    return config;
}

static void
clear_value(Value *value)
{
    g_clear_pointer(&value->text, g_free);
    g_clear_pointer(&value->origin, g_free);
    value->number = 0;
}

void
gw_config_free(GwConfig *config)
{
    if (config == NULL)
        return;
    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++)
        clear_value(&config->values[key]);
    g_free(config);
}

GwFlavour
gw_config_flavour(const GwConfig *config)
{
    return config->flavour;
}

typedef struct {
    const GwConfigKeyInfo *info;
    const char *name;
    const char *text;
    const char *origin;
} Candidate;

static bool
throw_expected(GError **error, const Candidate *candidate, const char *expected)
{
    g_autofree char *shown = gw_text_shown(candidate->text);

    return gw_throw(error, GW_ERROR_CONFIG, "'%s' (from %s) is '%s', expected %s", candidate->name,
                    candidate->origin, shown, expected);
}

static bool
check_int(const Candidate *candidate, gint64 *out_number, GError **error)
{
    if (g_ascii_string_to_signed(candidate->text, 10, candidate->info->least, G_MAXINT32,
                                 out_number, NULL))
        return true;
    if (candidate->info->least == 0)
        return throw_expected(error, candidate, "a whole number, not negative");
    throw_expected(error, candidate, "a whole number");
    return gw_hint(error, "The least is %" G_GINT64_FORMAT ".", candidate->info->least);
}

static bool
check_bool(const Candidate *candidate, gint64 *out_number, GError **error)
{
    *out_number = strcmp(candidate->text, "true") == 0;
    if (*out_number == 1 || strcmp(candidate->text, "false") == 0)
        return true;
    return throw_expected(error, candidate, "true or false");
}

/* The value is not shown: whatever was meant may well hold a password. */
static bool
check_uri(const Candidate *candidate, GError **error)
{
    if (g_str_has_prefix(candidate->text, "mongodb://") ||
        g_str_has_prefix(candidate->text, "mongodb+srv://"))
        return true;
    gw_throw(error, GW_ERROR_CONFIG, "'%s' (from %s) is not the URI of a MongoDB server",
             candidate->name, candidate->origin);
    return gw_hint(error, "It begins with mongodb:// or mongodb+srv://, for example "
                          "mongodb://localhost:27017.");
}

static bool
check_choice(const Candidate *candidate, GError **error)
{
    g_auto(GStrv) choices = g_strsplit(candidate->info->choices, " ", -1);
    const char *const *words = (const char *const *)choices;
    g_autofree char *joined = g_strjoinv(", ", choices);
    g_autofree char *expected = g_strconcat("one of ", joined, NULL);

    if (g_strv_contains(words, candidate->text))
        return true;
    throw_expected(error, candidate, expected);
    if (gw_text_nearest(candidate->text, words) != NULL)
        gw_hint(error, "Did you mean '%s'?", gw_text_nearest(candidate->text, words));
    return false;
}

static bool
check_type(const Candidate *candidate, gint64 *out_number, GError **error)
{
    switch (candidate->info->type) {
    case GW_CONFIG_TYPE_INT:
        return check_int(candidate, out_number, error);
    case GW_CONFIG_TYPE_BOOL:
        return check_bool(candidate, out_number, error);
    case GW_CONFIG_TYPE_URI:
        return check_uri(candidate, error);
    case GW_CONFIG_TYPE_CHOICE:
        return check_choice(candidate, error);
    case GW_CONFIG_TYPE_STRING:
    case GW_CONFIG_TYPE_PATH:
        return true;
    }
    g_assert_not_reached();
}

bool
gw_config_set(GwConfig *config, GwConfigKey key, const char *value, const char *origin,
              GError **error)
{
    const Candidate candidate = {gw_config_key_info(key), gw_config_key_name_in(config, key), value,
                                 origin};
    Value *slot = &config->values[key];
    /* Copied first: the value may be the one that is there. */
    g_autofree char *text = g_strdup(value);
    g_autofree char *from = g_strdup(origin);
    gint64 number = 0;

    if (*value == '\0')
        return gw_throw(error, GW_ERROR_CONFIG, "'%s' (from %s) is empty", candidate.name, origin);
    if (!g_utf8_validate(value, -1, NULL))
        return gw_throw(error, GW_ERROR_CONFIG, "'%s' (from %s) is not valid UTF-8", candidate.name,
                        origin);
    if (!check_type(&candidate, &number, error))
        return false;
    clear_value(slot);
    slot->text = g_steal_pointer(&text);
    slot->origin = g_steal_pointer(&from);
    slot->number = number;
    return true;
}

void
gw_config_unset(GwConfig *config, GwConfigKey key, const char *origin)
{
    Value *slot = &config->values[key];

    clear_value(slot);
    slot->origin = g_strdup(origin);
}

const char *
gw_config_str(const GwConfig *config, GwConfigKey key)
{
    const GwConfigType type = gw_config_key_info(key)->type;

    g_assert(type != GW_CONFIG_TYPE_INT && type != GW_CONFIG_TYPE_BOOL);
    return config->values[key].text;
}

gint64
gw_config_int(const GwConfig *config, GwConfigKey key)
{
    g_assert(gw_config_key_info(key)->type == GW_CONFIG_TYPE_INT);
    return config->values[key].number;
}

bool
gw_config_bool(const GwConfig *config, GwConfigKey key)
{
    g_assert(gw_config_key_info(key)->type == GW_CONFIG_TYPE_BOOL);
    return config->values[key].number != 0;
}

const char *
gw_config_origin(const GwConfig *config, GwConfigKey key)
{
    return config->values[key].origin;
}

bool
gw_config_is_default(const GwConfig *config, GwConfigKey key)
{
    return strcmp(config->values[key].origin, default_origin) == 0;
}

char *
gw_config_shown(const GwConfig *config, GwConfigKey key)
{
    const char *text = config->values[key].text;

    if (text != NULL && gw_config_key_info(key)->type == GW_CONFIG_TYPE_URI)
        return gw_text_masked_uri(text);
    return g_strdup(text);
}

const char *
gw_config_key_name(GwConfigKey key)
{
    return gw_config_key_info(key)->name;
}

const char *
gw_config_key_name_in(const GwConfig *config, GwConfigKey key)
{
    const GwConfigKeyInfo *info = gw_config_key_info(key);

    if (config->flavour == GW_FLAVOUR_MIGRATE_MONGO && info->migrate_mongo_name != NULL)
        return info->migrate_mongo_name;
    return info->name;
}

bool
gw_config_key_of_name(const char *name, GwConfigKey *out_key)
{
    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        if (!keys[key].is_native || strcmp(keys[key].name, name) != 0)
            continue;
        *out_key = key;
        return true;
    }
    return false;
}
