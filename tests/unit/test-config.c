/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config.h"

typedef struct {
    const char *name;
    GwConfigKey key;
    const char *value;
    const char *error; /* NULL: accepted */
    const char *hint;
} Case;

static const Case cases[] = {
    {"string", GW_CONFIG_DATABASE, "shop", NULL, NULL},
    {"empty", GW_CONFIG_DATABASE, "", "'database' (from here) is empty", NULL},
    {"invalid-utf8", GW_CONFIG_DATABASE, "a\xff", "'database' (from here) is not valid UTF-8",
     NULL},
    {"uri", GW_CONFIG_URI, "mongodb://localhost", NULL, NULL},
    {"srv-uri", GW_CONFIG_URI, "mongodb+srv://cluster.example", NULL, NULL},
    {"not-a-uri", GW_CONFIG_URI, "u:secret@localhost",
     "'uri' (from here) is not the URI of a MongoDB server",
     "It begins with mongodb:// or mongodb+srv://, for example mongodb://localhost:27017."},
    {"int", GW_CONFIG_WAIT, "0", NULL, NULL},
    {"int-with-unit", GW_CONFIG_WAIT, "60s",
     "'wait' (from here) is '60s', expected a whole number, not negative", NULL},
    {"int-negative", GW_CONFIG_WAIT, "-1",
     "'wait' (from here) is '-1', expected a whole number, not negative", NULL},
    {"int-huge", GW_CONFIG_WAIT, "99999999999",
     "'wait' (from here) is '99999999999', expected a whole number, not negative", NULL},
    {"int-too-small", GW_CONFIG_LEASE_TTL, "1",
     "'lease.ttl' (from here) is '1', expected a whole number", "The least is 3."},
    {"bool-true", GW_CONFIG_PROTECTED, "true", NULL, NULL},
    {"bool-false", GW_CONFIG_PROTECTED, "false", NULL, NULL},
    {"bool-yes", GW_CONFIG_PROTECTED, "yes",
     "'protected' (from here) is 'yes', expected true or false", NULL},
    {"choice", GW_CONFIG_POLICIES_CHANGED, "warn", NULL, NULL},
    {"choice-nearly", GW_CONFIG_POLICIES_CHANGED, "warm",
     "'policies.changed' (from here) is 'warm', expected one of fail, warn, allow",
     "Did you mean 'warn'?"},
    {"choice-unlike-any", GW_CONFIG_FILES, "/tmp",
     "'files' (from here) is '/tmp', expected one of project, anywhere", NULL},
    {"value-on-two-lines", GW_CONFIG_WAIT, "a\nb",
     "'wait' (from here) is 'a\\nb', expected a whole number, not negative", NULL},
};

static void
test_set(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_GODWIT);
    g_autoptr(GError) error = NULL;
    g_autofree char *before = gw_config_shown(config, row->key);
    g_autofree char *after = NULL;

    g_assert_cmpint(gw_config_set(config, row->key, row->value, "here", &error), ==,
                    row->error == NULL);
    after = gw_config_shown(config, row->key);
    if (row->error == NULL) {
        g_assert_no_error(error);
        g_assert_cmpstr(after, ==, row->value);
        g_assert_cmpstr(gw_config_origin(config, row->key), ==, "here");
        return;
    }
    g_assert_error(error, GW_ERROR, GW_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, row->error);
    g_assert_cmpstr(gw_error_hint(error), ==, row->hint);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpstr(gw_config_origin(config, row->key), ==, "default");
}

static void
test_defaults_of_godwit(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_GODWIT);

    g_assert_cmpint(gw_config_flavour(config), ==, GW_FLAVOUR_GODWIT);
    g_assert_null(gw_config_str(config, GW_CONFIG_URI));
    g_assert_null(gw_config_str(config, GW_CONFIG_DATABASE));
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_ENVIRONMENT), ==, "development");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_DIR), ==, "migrations");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_TRACKER), ==, "migrations");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_POLICIES_MISSING), ==, "fail");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_FILES), ==, "project");
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_WAIT), ==, 60);
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_LEASE_TTL), ==, 30);
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_OUTPUT_LIMIT), ==, 65536);
    g_assert_false(gw_config_bool(config, GW_CONFIG_PROTECTED));
    g_assert_true(gw_config_is_default(config, GW_CONFIG_WAIT));
}

static void
test_defaults_of_migrate_mongo(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_MIGRATE_MONGO);

    g_assert_cmpint(gw_config_flavour(config), ==, GW_FLAVOUR_MIGRATE_MONGO);
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_TRACKER), ==, "changelog");
    g_assert_null(gw_config_str(config, GW_CONFIG_LOCK_COLLECTION_NAME));
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_LOCK_TTL), ==, 0);
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_MIGRATION_FILE_EXTENSION), ==, ".js");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_MODULE_SYSTEM), ==, "commonjs");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_FILES), ==, "anywhere");
    g_assert_false(gw_config_bool(config, GW_CONFIG_USE_FILE_HASH));
}

static void
test_later_value_replaces_earlier(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_GODWIT);

    g_assert_true(gw_config_set(config, GW_CONFIG_WAIT, "5", "godwit.json", NULL));
    g_assert_true(gw_config_set(config, GW_CONFIG_WAIT, "7", "--wait", NULL));
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_WAIT), ==, 7);
    g_assert_cmpstr(gw_config_origin(config, GW_CONFIG_WAIT), ==, "--wait");
    g_assert_false(gw_config_is_default(config, GW_CONFIG_WAIT));

    /* A value may be set to itself. */
    g_assert_true(gw_config_set(config, GW_CONFIG_DIR, gw_config_str(config, GW_CONFIG_DIR),
                                gw_config_origin(config, GW_CONFIG_DIR), NULL));
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_DIR), ==, "migrations");
}

static void
test_unset_takes_the_default_away(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_GODWIT);
    g_autofree char *shown = NULL;

    gw_config_unset(config, GW_CONFIG_WAIT, "godwit.json");
    shown = gw_config_shown(config, GW_CONFIG_WAIT);
    g_assert_null(shown);
    g_assert_cmpint(gw_config_int(config, GW_CONFIG_WAIT), ==, 0);
    g_assert_cmpstr(gw_config_origin(config, GW_CONFIG_WAIT), ==, "godwit.json");
}

static void
test_shown_uri_hides_the_password(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_GODWIT);
    g_autofree char *shown = NULL;

    g_assert_true(gw_config_set(config, GW_CONFIG_URI, "mongodb://ann:s3cret@db/shop", "x", NULL));
    shown = gw_config_shown(config, GW_CONFIG_URI);
    g_assert_cmpstr(shown, ==, "mongodb://ann:***@db/shop");
    g_assert_cmpstr(gw_config_str(config, GW_CONFIG_URI), ==, "mongodb://ann:s3cret@db/shop");
}

static void
test_keys_have_names(void)
{
    g_autoptr(GwConfig) native = gw_config_new(GW_FLAVOUR_GODWIT);
    g_autoptr(GwConfig) compat = gw_config_new(GW_FLAVOUR_MIGRATE_MONGO);
    GwConfigKey key = GW_CONFIG_URI;

    g_assert_cmpstr(gw_config_key_name(GW_CONFIG_TRACKER), ==, "tracker");
    g_assert_cmpstr(gw_config_key_name_in(native, GW_CONFIG_TRACKER), ==, "tracker");
    g_assert_cmpstr(gw_config_key_name_in(compat, GW_CONFIG_TRACKER), ==,
                    "changelogCollectionName");
    g_assert_cmpstr(gw_config_key_name_in(compat, GW_CONFIG_WAIT), ==, "wait");
    g_assert_true(gw_config_key_of_name("policies.outOfOrder", &key));
    g_assert_cmpint(key, ==, GW_CONFIG_POLICIES_OUT_OF_ORDER);
    g_assert_false(gw_config_key_of_name("useFileHash", &key));
    g_assert_false(gw_config_key_of_name("nonsense", &key));
    gw_config_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint index = 0; index < G_N_ELEMENTS(cases); index++) {
        g_autofree char *name = g_strconcat("/model/config/set/", cases[index].name, NULL);

        g_test_add_data_func(name, &cases[index], test_set);
    }
    g_test_add_func("/model/config/defaults/godwit", test_defaults_of_godwit);
    g_test_add_func("/model/config/defaults/migrate-mongo", test_defaults_of_migrate_mongo);
    g_test_add_func("/model/config/later-value-replaces-earlier",
                    test_later_value_replaces_earlier);
    g_test_add_func("/model/config/unset-takes-the-default-away",
                    test_unset_takes_the_default_away);
    g_test_add_func("/model/config/shown-uri-hides-the-password",
                    test_shown_uri_hides_the_password);
    g_test_add_func("/model/config/keys-have-names", test_keys_have_names);
    return g_test_run();
}
