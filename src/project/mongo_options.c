/* SPDX-License-Identifier: Apache-2.0 */
#include "project/mongo_options.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Options of the Node driver that a URI knows by the same name. */
static const char *const same[] = {"appName",
                                   "authMechanism",
                                   "authMechanismProperties",
                                   "authSource",
                                   "compressors",
                                   "connectTimeoutMS",
                                   "directConnection",
                                   "heartbeatFrequencyMS",
                                   "journal",
                                   "loadBalanced",
                                   "localThresholdMS",
                                   "maxPoolSize",
                                   "maxStalenessSeconds",
                                   "readConcernLevel",
                                   "readPreference",
                                   "readPreferenceTags",
                                   "replicaSet",
                                   "retryReads",
                                   "retryWrites",
                                   "serverSelectionTimeoutMS",
                                   "socketTimeoutMS",
                                   "srvMaxHosts",
                                   "srvServiceName",
                                   "ssl",
                                   "tls",
                                   "tlsAllowInvalidCertificates",
                                   "tlsAllowInvalidHostnames",
                                   "tlsCAFile",
                                   "tlsCertificateKeyFile",
                                   "tlsCertificateKeyFilePassword",
                                   "tlsInsecure",
                                   "w",
                                   "waitQueueTimeoutMS",
                                   "wTimeoutMS",
                                   "zlibCompressionLevel",
                                   NULL};

/* Older names, and those inside documents. */
static const struct {
    const char *from;
    const char *to;
} renamed[] = {
    {"appname", "appName"},
    {"auth.password", "password"},
    {"auth.user", "user"},
    {"auth.username", "user"},
    {"j", "journal"},
    {"poolSize", "maxPoolSize"},
    {"readConcern", "readConcernLevel"},
    {"readConcern.level", "readConcernLevel"},
    {"replSet", "replicaSet"},
    {"sslCA", "tlsCAFile"},
    {"tlsCertificateFile", "tlsCertificateKeyFile"},
    {"writeConcern.j", "journal"},
    {"writeConcern.journal", "journal"},
    {"writeConcern.w", "w"},
    {"writeConcern.wtimeout", "wTimeoutMS"},
    {"writeConcern.wtimeoutMS", "wTimeoutMS"},
    {"wtimeout", "wTimeoutMS"},
    {"wtimeoutMS", "wTimeoutMS"},
};

/* They steer the Node driver itself, or how it makes JavaScript of documents. */
static const char *const ignored[] = {"autoReconnect",
                                      "autoSelectFamily",
                                      "bsonRegExp",
                                      "bufferMaxEntries",
                                      "checkKeys",
                                      "connectWithNoPrimary",
                                      "driverInfo",
                                      "enableUtf8Validation",
                                      "family",
                                      "fieldsAsRaw",
                                      "forceServerObjectId",
                                      "ha",
                                      "haInterval",
                                      "ignoreUndefined",
                                      "keepAlive",
                                      "keepAliveInitialDelay",
                                      "logger",
                                      "loggerLevel",
                                      "maxConnecting",
                                      "maxIdleTimeMS",
                                      "minPoolSize",
                                      "minSize",
                                      "monitorCommands",
                                      "native_parser",
                                      "noDelay",
                                      "numberOfRetries",
                                      "pkFactory",
                                      "promiseLibrary",
                                      "promoteBuffers",
                                      "promoteLongs",
                                      "promoteValues",
                                      "raw",
                                      "reconnectInterval",
                                      "reconnectTries",
                                      "serializeFunctions",
                                      "serverMonitoringMode",
                                      "useBigInt64",
                                      "useCreateIndex",
                                      "useFindAndModify",
                                      "useNewUrlParser",
                                      "useRecoveryToken",
                                      "useUnifiedTopology",
                                      "validateOptions",
                                      NULL};

typedef struct {
    char *uri;        /* owned */
    char *user;       /* owned or NULL */
    char *password;   /* owned or NULL */
    GPtrArray *notes; /* borrowed or NULL */
    GError **error;
} Target;

static void
target_clear(Target *target)
{
    g_clear_pointer(&target->uri, g_free);
    g_clear_pointer(&target->user, g_free);
    g_clear_pointer(&target->password, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

static void
replace(char **slot, char *take_value)
{
    g_clear_pointer(slot, g_free);
    *slot = take_value;
}

static const char *
uri_option(const char *path)
{
    for (gsize index = 0; index < G_N_ELEMENTS(renamed); index++) {
        if (strcmp(renamed[index].from, path) == 0)
            return renamed[index].to;
    }
    return g_strv_contains(same, path) ? path : NULL;
}

/* The options of a URI without those called `name`. */
static char *
without_option(const char *options, const char *name)
{
    g_auto(GStrv) pairs = g_strsplit(options, "&", -1);
    GString *kept = g_string_new(NULL);

    for (guint index = 0; pairs[index] != NULL; index++) {
        const gsize length = strcspn(pairs[index], "=");

        if (*pairs[index] == '\0' ||
            (length == strlen(name) && g_ascii_strncasecmp(pairs[index], name, length) == 0))
            continue;
        g_string_append_printf(kept, "%s%s", kept->len > 0 ? "&" : "", pairs[index]);
    }
    return g_string_free(kept, FALSE);
}

/* Where the hosts begin: behind the scheme, and behind user and password. */
static const char *
hosts_of(const char *uri)
{
    const char *scheme = strstr(uri, "://");
    const char *start = scheme != NULL ? scheme + 3 : uri;
    const gsize length = strcspn(start, "?");
    const char *at = g_strrstr_len(start, (gssize)length, "@");

    return at != NULL ? at + 1 : start;
}

static void
add_option(Target *target, const char *name, const char *value)
{
    const gsize base_length = strcspn(target->uri, "?");
    const bool has_options = target->uri[base_length] == '?';
    g_autofree char *base = g_strndup(target->uri, base_length);
    g_autofree char *options =
        without_option(has_options ? target->uri + base_length + 1 : "", name);
    g_autofree char *escaped = g_uri_escape_string(value, ",:", FALSE);
    const char *slash = strchr(hosts_of(base), '/') != NULL ? "" : "/";

    replace(&target->uri, g_strconcat(base, slash, "?", options, *options != '\0' ? "&" : "", name,
                                      "=", escaped, NULL));
}

/* User and password go before the hosts, unless somebody stands there already. */
static void
add_user(Target *target)
{
    const char *hosts = hosts_of(target->uri);
    g_autofree char *scheme = g_strndup(target->uri, (gsize)(hosts - target->uri));
    g_autofree char *user = NULL;
    g_autofree char *password = NULL;

    if (target->user == NULL || g_str_has_suffix(scheme, "@"))
        return;
    user = g_uri_escape_string(target->user, NULL, FALSE);
    password = g_uri_escape_string(target->password != NULL ? target->password : "", NULL, FALSE);
    replace(&target->uri, g_strconcat(scheme, user, target->password != NULL ? ":" : "", password,
                                      "@", hosts, NULL));
}

static char *
text_of(const bson_iter_t *iter)
{
    if (BSON_ITER_HOLDS_UTF8(iter))
        return g_strdup(bson_iter_utf8(iter, NULL));
    if (BSON_ITER_HOLDS_BOOL(iter))
        return g_strdup(bson_iter_bool(iter) ? "true" : "false");
    if (BSON_ITER_HOLDS_NUMBER(iter) &&
        bson_iter_as_double(iter) == trunc(bson_iter_as_double(iter)))
        return g_strdup_printf("%" G_GINT64_FORMAT, bson_iter_as_int64(iter));
    return NULL;
}

static bool
apply_known(Target *target, const char *path, const char *name, const bson_iter_t *iter)
{
    g_autofree char *value = text_of(iter);

    if (value == NULL)
        return gw_throw(target->error, GW_ERROR_CONFIG,
                        "'mongodb.options.%s' has to be a string, a whole number or a bool", path);
    if (strcmp(name, "user") == 0)
        replace(&target->user, g_steal_pointer(&value));
    else if (strcmp(name, "password") == 0)
        replace(&target->password, g_steal_pointer(&value));
    else
        add_option(target, name, value);
    return true;
}

static void
note_unknown(const Target *target, const char *path)
{
    g_autofree char *shown = gw_text_shown(path);

    if (target->notes != NULL)
        g_ptr_array_add(
            target->notes,
            g_strdup_printf("'mongodb.options.%s' is not known and has no effect", shown));
}

static bool apply_all(Target *target, bson_iter_t *iter, const char *prefix);

static bool
apply_one(Target *target, const bson_iter_t *iter, const char *prefix)
{
    g_autofree char *path = g_strconcat(prefix, bson_iter_key(iter), NULL);
    const char *name = uri_option(path);
    g_autofree char *inner = g_strconcat(path, ".", NULL);
    bson_iter_t fields;

    if (BSON_ITER_HOLDS_NULL(iter) || BSON_ITER_HOLDS_UNDEFINED(iter) ||
        g_strv_contains(ignored, path))
        return true;
    if (BSON_ITER_HOLDS_DOCUMENT(iter) && *prefix == '\0' && bson_iter_recurse(iter, &fields))
        return apply_all(target, &fields, inner);
    if (name != NULL)
        return apply_known(target, path, name, iter);
    note_unknown(target, path);
    return true;
}

static bool
apply_all(Target *target, bson_iter_t *iter, const char *prefix)
{
    while (bson_iter_next(iter)) {
        if (!apply_one(target, iter, prefix))
            return false;
    }
    return true;
}

char *
gw_mongo_options_apply(const char *uri, const bson_t *options, GPtrArray *notes, GError **error)
{
    g_auto(Target) target = {.uri = g_strdup(uri), .notes = notes, .error = error};
    bson_iter_t iter;

    if (bson_iter_init(&iter, options) && !apply_all(&target, &iter, ""))
        return NULL;
    add_user(&target);
    return g_steal_pointer(&target.uri);
}
