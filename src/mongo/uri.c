/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/uri.h"

#include <string.h>

#define CONNECT_TIMEOUT_MS 10000

/* The driver's default gives up on any command after five minutes, where building an index takes
 * hours. 0 would mean that default; a week is as good as never, and keep-alive finds dead peers. */
#define SOCKET_TIMEOUT_MS (7 * 24 * 3600 * 1000)

/* A connection looks at all servers again this often, and waits for those that are down; whatever
 * matters to us (another primary) shows as an error at once and makes it look anyway. */
#define HEARTBEAT_MS (10 * 60 * 1000)

/* The part of a URI that says who: from behind "://" to the last "@" (a password may hold an "@"
 * that should have been percent-encoded). Returns false where there is none. */
static bool
find_user_info(const char *text, const char **out_begin, const char **out_end)
{
    const char *scheme_end = strstr(text, "://");
    const char *begin = scheme_end != NULL ? scheme_end + 3 : text;
    const char *end = strrchr(begin, '@');

    if (end == NULL)
        return false;
    *out_begin = begin;
    *out_end = end;
    return true;
}

/* Why the driver does not take `text`. What the driver says may quote a piece of a password
 * ("invalid host specifier 'user:pa'"), so it is asked again with a user that is no secret. */
static bool
throw_not_valid(const char *text, GError **error)
{
    const char *begin = NULL;
    const char *end = NULL;
    g_autofree char *harmless = g_strdup(text);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autoptr(mongoc_uri_t) parsed = NULL;
    bson_error_t cause = {0};

    if (find_user_info(text, &begin, &end)) {
        g_autofree char *head = g_strndup(text, (gsize)(begin - text));

        g_free(g_steal_pointer(&harmless));
        harmless = g_strconcat(head, "user:password", end, NULL);
    }
    parsed = mongoc_uri_new_with_error(harmless, &cause);
    if (parsed != NULL) {
        gw_throw(error, GW_ERROR_CONFIG, "the connection string is not valid: user or password");
        return gw_hint(error, "Percent-encode : / ? # [ ] @ %% in the user name and the password, "
                              "such as %%40 for @.");
    }
    if (strstr(end != NULL ? lower + (end - text) : lower, "password") != NULL)
        gw_throw(error, GW_ERROR_CONFIG, "the connection string is not valid");
    else
        gw_throw(error, GW_ERROR_CONFIG, "the connection string is not valid: %s", cause.message);
    return gw_hint(error, "It looks like mongodb://host:27017/database?replicaSet=rs0 or "
                          "mongodb+srv://host/database.");
}

static void
set_default_int(mongoc_uri_t *uri, const char *option, int32_t value)
{
    if (!mongoc_uri_has_option(uri, option))
        mongoc_uri_set_option_as_int32(uri, option, value);
}

mongoc_uri_t *
gw_uri_parse(const char *text, const char *app_name, GError **error)
{
    bson_error_t cause = {0};
    g_autoptr(mongoc_uri_t) uri = NULL;

    if (!g_utf8_validate(text, -1, NULL)) {
        gw_throw(error, GW_ERROR_CONFIG, "the connection string is not valid: it is not UTF-8");
        return NULL;
    }
    uri = mongoc_uri_new_with_error(text, &cause);
    if (uri == NULL) {
        throw_not_valid(text, error);
        return NULL;
    }
    set_default_int(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, CONNECT_TIMEOUT_MS);
    set_default_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, CONNECT_TIMEOUT_MS);
    set_default_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, SOCKET_TIMEOUT_MS);
    set_default_int(uri, MONGOC_URI_HEARTBEATFREQUENCYMS, HEARTBEAT_MS);
    /* Else the first look at the servers decides, and an election would fail a migration. */
    if (!mongoc_uri_has_option(uri, MONGOC_URI_SERVERSELECTIONTRYONCE))
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, false);
    if (mongoc_uri_get_appname(uri) == NULL)
        (void)mongoc_uri_set_appname(uri, app_name); /* too long a name is no reason to fail */
    return g_steal_pointer(&uri);
}

static bool
is_secret(const char *option)
{
    g_autofree char *lower = g_ascii_strdown(option, -1);

    return strstr(lower, "password") != NULL || strstr(lower, "properties") != NULL ||
           strstr(lower, "token") != NULL;
}

/* "a=1&b=***": the options as they were written, secrets masked. Owned. */
static char *
mask_options(const char *options)
{
    g_auto(GStrv) pairs = g_strsplit(options, "&", -1);

    for (guint pair = 0; pairs[pair] != NULL; pair++) {
        g_auto(GStrv) sides = g_strsplit(pairs[pair], "=", 2);

        if (sides[0] == NULL || !is_secret(sides[0]))
            continue;
        g_free(g_steal_pointer(&pairs[pair]));
        pairs[pair] = g_strconcat(sides[0], "=***", NULL);
    }
    return g_strjoinv("&", pairs);
}

static void
append_hosts(GString *shown, const mongoc_uri_t *uri)
{
    const mongoc_host_list_t *hosts = mongoc_uri_get_hosts(uri);

    if (mongoc_uri_get_srv_hostname(uri) != NULL) {
        g_string_append(shown, mongoc_uri_get_srv_hostname(uri));
        return;
    }
    for (const mongoc_host_list_t *host = hosts; host != NULL; host = host->next)
        g_string_append_printf(shown, "%s%s", host == hosts ? "" : ",", host->host_and_port);
}

/* Put together again from what was parsed, never cut out of the text: where a user info ends is
 * easily got wrong. */
char *
gw_uri_mask(const char *text, const mongoc_uri_t *uri)
{
    g_autoptr(GString) shown =
        g_string_new(g_str_has_prefix(text, "mongodb+srv:") ? "mongodb+srv://" : "mongodb://");
    const char *begin = NULL;
    const char *end = NULL;
    const char *question = NULL;

    if (mongoc_uri_get_username(uri) != NULL)
        g_string_append(shown, mongoc_uri_get_password(uri) != NULL ? "***:***@" : "***@");
    append_hosts(shown, uri);
    if (mongoc_uri_get_database(uri) != NULL)
        g_string_append_printf(shown, "/%s", mongoc_uri_get_database(uri));
    question = strchr(find_user_info(text, &begin, &end) ? end : text, '?');
    if (question != NULL) {
        g_autofree char *options = mask_options(question + 1);

        g_string_append_printf(shown, "%s?%s", mongoc_uri_get_database(uri) != NULL ? "" : "/",
                               options);
    }
    return g_string_free(g_steal_pointer(&shown), FALSE);
}
