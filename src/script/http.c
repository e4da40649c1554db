/* SPDX-License-Identifier: Apache-2.0 */
#include "script/http.h"

#include <curl/curl.h>
#include <dlfcn.h>

enum {
    CONNECT_S = 10,
    SILENT_S = 60, /* how long nothing may come */
    BODY_BYTES_MAX = 64 << 20,
};

/* What is used of libcurl, found when it is first needed. */
typedef struct {
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *easy);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    void (*easy_cleanup)(CURL *easy);
    const char *(*easy_strerror)(CURLcode code);
    CURLcode (*global_init)(long flags);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
} Curl;

/* One request on its way. */
typedef struct {
    const GwHttpRequest *request; /* borrowed */
    GwHttpReply *reply;           /* borrowed */
    bool is_too_large;
} Transfer;

void
gw_http_reply_init(GwHttpReply *reply)
{
    *reply = (GwHttpReply){.lines = g_ptr_array_new_with_free_func(g_free),
                           .reason = g_strdup(""),
                           .body = g_byte_array_new()};
}

void
gw_http_reply_clear(GwHttpReply *reply)
{
    g_clear_pointer(&reply->lines, g_ptr_array_unref);
    g_clear_pointer(&reply->reason, g_free);
    g_clear_pointer(&reply->body, g_byte_array_unref);
}

static bool
find_all(void *library, Curl *curl)
{
    const struct {
        const char *name;
        void *place;
    } rows[] = {
        {"curl_easy_init", &curl->easy_init},
        {"curl_easy_setopt", &curl->easy_setopt},
        {"curl_easy_perform", &curl->easy_perform},
        {"curl_easy_getinfo", &curl->easy_getinfo},
        {"curl_easy_cleanup", &curl->easy_cleanup},
        {"curl_easy_strerror", &curl->easy_strerror},
        {"curl_global_init", &curl->global_init},
        {"curl_slist_append", &curl->slist_append},
        {"curl_slist_free_all", &curl->slist_free_all},
    };

    for (gsize row = 0; row < G_N_ELEMENTS(rows); row++) {
        void *found = dlsym(library, rows[row].name);

        if (found == NULL)
            return false;
        memcpy(rows[row].place, &found, sizeof found);
    }
    return true;
}

/* NULL where it is not installed. Kept for ever. */
static const Curl *
load_curl(void)
{
    static Curl curl;
    static gsize state = 0;

    if (g_once_init_enter(&state)) {
        void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
        bool is_there = library != NULL && find_all(library, &curl) &&
                        curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;

        g_once_init_leave(&state, is_there ? 1 : 2);
    }
    return state == 1 ? &curl : NULL;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *data)
{
    Transfer *transfer = data;
    GByteArray *body = transfer->reply->body;

    transfer->is_too_large = body->len + count > BODY_BYTES_MAX;
    if (transfer->is_too_large)
        return 0;
    g_byte_array_append(body, (const guint8 *)bytes, (guint)count);
    return count;
}

/* "HTTP/1.1 404 Not Found": what stood before it was only provisional. */
static void
take_status(Transfer *transfer, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 3);

    g_ptr_array_set_size(transfer->reply->lines, 0);
    g_clear_pointer(&transfer->reply->reason, g_free);
    transfer->reply->reason = g_strdup(g_strv_length(words) == 3 ? words[2] : "");
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *data)
{
    Transfer *transfer = data;
    g_autofree char *line = g_strstrip(g_strndup(bytes, count));

    if (g_str_has_prefix(line, "HTTP/"))
        take_status(transfer, line);
    else if (*line != '\0')
        g_ptr_array_add(transfer->reply->lines, g_steal_pointer(&line));
    return count;
}

static int
look_up(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const Transfer *transfer = data;

    return g_atomic_int_get(transfer->request->is_cancelled) != 0;
}

static void
set_bounds(const Curl *curl, CURL *easy)
{
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SILENT_S);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
}

static void
set_callbacks(const Curl *curl, CURL *easy, Transfer *transfer)
{
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl->easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl->easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_up);
    curl->easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
}

static void
set_request(const Curl *curl, CURL *easy, const GwHttpRequest *request)
{
    curl->easy_setopt(easy, CURLOPT_URL, request->url);
    if (request->body != NULL) {
        curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (g_str_equal(request->method, "HEAD"))
        curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool
perform(const Curl *curl, CURL *easy, Transfer *transfer, GError **error)
{
    CURLcode code = CURLE_OK;
    long status = 0;

    set_bounds(curl, easy);
    set_callbacks(curl, easy, transfer);
    set_request(curl, easy, transfer->request);
    code = curl->easy_perform(easy);
    if (transfer->is_too_large)
        return gw_throw(error, GW_ERROR_CONNECTION, "the answer is larger than %d MiB",
                        BODY_BYTES_MAX >> 20);
    if (code != CURLE_OK)
        return gw_throw(error, GW_ERROR_CONNECTION, "%s", curl->easy_strerror(code));
    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->reply->status = (int)status;
    return true;
}

bool
gw_http_send(const GwHttpRequest *request, GwHttpReply *out_reply, GError **error)
{
    const Curl *curl = load_curl();
    Transfer transfer = {.request = request, .reply = out_reply};
    struct curl_slist *fields = NULL;
    CURL *easy = NULL;
    bool is_done = false;

    if (curl == NULL)
        return gw_throw(error, GW_ERROR_CONNECTION,
                        "libcurl (libcurl.so.4), which fetch needs, is not installed");
    for (gsize row = 0; request->fields[row] != NULL; row++)
        fields = curl->slist_append(fields, request->fields[row]);
    easy = curl->easy_init();
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    is_done = perform(curl, easy, &transfer, error);
    curl->easy_cleanup(easy);
    curl->slist_free_all(fields);
    return is_done;
}
