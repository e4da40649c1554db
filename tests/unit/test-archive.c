/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a backup: what is written is what is read, and no damage goes unseen. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "backup/archive_reader.h"
#include "backup/archive_writer.h"
#include "backup/crc64.h"
#include "base/fs.h"

#define DOCUMENTS 40

/* Of each kind of damage, at places that follow from the seed that the test prints. */
#define TRIES 150

typedef struct {
    char *folder; /* owned */
    char *path;   /* owned */
} Place;

static void
place_clear(Place *place)
{
    (void)gw_fs_delete_tree(place->folder, NULL);
    g_free(place->folder);
    g_free(place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static Place
make_place(void)
{
    Place place = {.folder = g_dir_make_tmp("godwit-archive-XXXXXX", NULL)};

    place.path = g_build_filename(place.folder, "a.archive", NULL);
    return place;
}

static const GwArchiveEntry entries[] = {
    {"d", "first", "first", "{\"options\":{}}", "collection", NULL, 0},
    {"d", "second", "second", "{\"options\":{\"capped\":true}}", "collection", NULL, 0},
    {"d", "seen", "seen", "{\"options\":{\"viewOn\":\"first\"}}", "view", NULL, 0},
};

static void
write_coll(GwArchiveWriter *writer, GwPacker *packer, gsize index)
{
    for (int number = 0; number < DOCUMENTS; number++) {
        g_autoptr(bson_t) doc =
            BCON_NEW("_id", BCON_INT32(number), "text", BCON_UTF8(entries[index].coll));

        g_assert_true(
            gw_archive_writer_block(writer, packer, index, bson_get_data(doc), doc->len, NULL));
    }
}

static void
write_archive(const char *path, GwCompression compression)
{
    g_autoptr(GwSink) sink = gw_sink_new(path, NULL);
    g_autoptr(GwArchiveWriter) writer = gw_archive_writer_new(sink);
    g_autoptr(GwPacker) packer = gw_packer_new(compression);
    g_autoptr(bson_t) head = BCON_NEW("server_version", "6.0.5");

    g_assert_true(gw_archive_writer_begin(writer, packer, head, entries, 3, NULL));
    write_coll(writer, packer, 0);
    write_coll(writer, packer, 1);
    for (gsize index = 0; index < 3; index++)
        g_assert_true(gw_archive_writer_end(writer, packer, index, NULL));
    g_assert_nonnull(gw_sink_sync(sink, NULL));
    g_assert_true(gw_sink_commit(sink, NULL));
    g_assert_cmpint(gw_sink_size(sink), >, 0);
}

static bool
add_docs(const GwArchiveColl *coll, const guint8 *docs, gsize size, guint count, gpointer data,
         GError **error)
{
    guint64 *crc = data;

    for (gsize next = 0; next < size;) {
        guint32 length = 0;

        memcpy(&length, docs + next, sizeof length);
        length = GUINT32_FROM_LE(length);
        g_assert_cmpuint(length, <=, size - next);
        *crc = gw_crc64_update(*crc, coll->coll, strlen(coll->coll));
        *crc = gw_crc64_update(*crc, docs + next, length);
        next += length;
        count--;
    }
    g_assert_cmpuint(count, ==, 0);
    return true;
}

/* A checksum of all that was read; fails as reading does. */
static bool
read_archive(const char *path, guint64 *out_crc, GError **error)
{
    g_auto(GwArchiveFacts) facts = {0};

    *out_crc = 0;
    if (!gw_archive_read(path, add_docs, out_crc, &facts, error))
        return false;
    for (guint next = 0; next < facts.colls->len; next++) {
        const GwArchiveColl *coll = g_ptr_array_index(facts.colls, next);

        *out_crc = gw_crc64_update(*out_crc, coll->metadata, strlen(coll->metadata));
    }
    return true;
}

static void
test_crc(void)
{
    guint64 whole = gw_crc64_update(0, "123456789", 9);

    g_assert_cmphex(whole, ==, G_GUINT64_CONSTANT(0x995DC9BBDF1939FA));
    for (gsize cut = 0; cut <= 9; cut++) {
        guint64 first = gw_crc64_update(0, "123456789", cut);

        g_assert_cmphex(gw_crc64_update(first, &"123456789"[cut], 9 - cut), ==, whole);
    }
}

/* The fast way takes many bytes at a time, the slow one a byte. */
static void
test_crc_of_any_length(void)
{
    guint8 bytes[600];
    guint64 slow = 1;

    for (gsize at = 0; at < sizeof bytes; at++)
        bytes[at] = (guint8)(at * at * 31 + at / 7);
    for (gsize size = 0; size < sizeof bytes - 1; size++) {
        g_assert_cmphex(gw_crc64_update(1, bytes + 1, size), ==, slow);
        slow = gw_crc64_update(slow, bytes + 1 + size, 1);
    }
}

static void
test_round_trip(gconstpointer data)
{
    GwCompression compression = (GwCompression)GPOINTER_TO_INT(data);
    g_auto(Place) place = make_place();
    g_auto(GwArchiveFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    const GwArchiveColl *second = NULL;
    struct stat info;

    write_archive(place.path, compression);
    g_assert_true(gw_archive_read(place.path, NULL, NULL, &facts, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(facts.colls->len, ==, 3);
    second = g_ptr_array_index(facts.colls, 1);
    g_assert_cmpstr(second->coll, ==, "second");
    g_assert_cmpstr(second->metadata, ==, entries[1].metadata);
    g_assert_cmpint(second->documents, ==, DOCUMENTS);
    g_assert_true(second->is_ended);
    g_assert_cmpint(facts.compression, ==, compression);
    g_assert_cmpint(stat(place.path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 07777, ==, 0600);
}

static void
test_truncated(gconstpointer data)
{
    g_auto(Place) place = make_place();
    g_autofree char *bytes = NULL;
    gsize size = 0;

    write_archive(place.path, (GwCompression)GPOINTER_TO_INT(data));
    bytes = gw_fs_read(place.path, &size, NULL);
    for (int next = 0; next < TRIES; next++) {
        g_autoptr(GError) error = NULL;
        gsize cut = (gsize)g_test_rand_int_range(0, (gint32)size);
        guint64 crc = 0;

        g_assert_true(g_file_set_contents(place.path, bytes, (gssize)cut, NULL));
        g_assert_false(read_archive(place.path, &crc, &error));
        g_assert_error(error, GW_ERROR, GW_ERROR_IO);
        g_assert_nonnull(strstr(error->message, "damaged"));
    }
}

/* A flipped bit is refused, or it was one that carries nothing (the hour in gzip's header, the name
 * of the tool): what comes out is then the same. */
static void
test_flipped(gconstpointer data)
{
    g_auto(Place) place = make_place();
    g_autofree char *bytes = NULL;
    guint64 wanted = 0;
    gsize size = 0;
    int refused = 0;

    write_archive(place.path, (GwCompression)GPOINTER_TO_INT(data));
    g_assert_true(read_archive(place.path, &wanted, NULL));
    bytes = gw_fs_read(place.path, &size, NULL);
    for (int next = 0; next < TRIES; next++) {
        g_autoptr(GError) error = NULL;
        gsize bit = (gsize)g_test_rand_int_range(0, (gint32)size * 8);
        guint64 crc = 0;

        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
        g_assert_true(g_file_set_contents(place.path, bytes, (gssize)size, NULL));
        if (read_archive(place.path, &crc, &error))
            g_assert_cmphex(crc, ==, wanted);
        else
            refused++;
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
    }
    g_assert_cmpint(refused, >, TRIES / 2);
}

static guint
count_files(const char *folder)
{
    g_autoptr(GPtrArray) names = gw_fs_list(folder, NULL);

    return names->len;
}

/* A limit on the size of files fails as a full disk does, at a place that we choose. */
static void
test_full_disk(void)
{
    g_auto(Place) place = make_place();
    g_autoptr(GError) error = NULL;
    struct rlimit before;
    struct rlimit small;

    (void)signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = (struct rlimit){.rlim_cur = 100, .rlim_max = before.rlim_max};
    {
        g_autoptr(GwSink) sink = gw_sink_new(place.path, NULL);
        char block[1000] = "";
        bool done = false;

        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
        done = gw_sink_write(sink, block, sizeof block, &error);
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
        g_assert_false(done);
        g_assert_cmpuint(count_files(place.folder), ==, 1);
    }
    g_assert_error(error, GW_ERROR, GW_ERROR_IO);
    g_assert_nonnull(strstr(error->message, place.path));
    g_assert_cmpuint(count_files(place.folder), ==, 0);
}

static void
test_keeps_old_file(void)
{
    g_auto(Place) place = make_place();
    g_autofree char *kept = NULL;

    g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));
    {
        g_autoptr(GwSink) sink = gw_sink_new(place.path, NULL);

        g_assert_true(gw_sink_write(sink, "new", 3, NULL));
    }
    kept = gw_fs_read(place.path, NULL, NULL);
    g_assert_cmpstr(kept, ==, "old");
    g_assert_cmpuint(count_files(place.folder), ==, 1);
}

static void
add_for_each(const char *name, GTestDataFunc test)
{
    static const char *const names[] = {"plain", "gzip", "zstd"};

    for (int compression = GW_COMPRESS_NONE; compression <= GW_COMPRESS_ZSTD; compression++) {
        g_autofree char *path = g_strdup_printf("/backup/archive/%s/%s", names[compression], name);

        g_test_add_data_func(path, GINT_TO_POINTER(compression), test);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backup/crc64/is-the-one-of-ecma-in-pieces-too", test_crc);
    g_test_add_func("/backup/crc64/is-the-same-for-any-length", test_crc_of_any_length);
    add_for_each("what-is-written-is-read", test_round_trip);
    add_for_each("a-truncation-is-refused", test_truncated);
    add_for_each("no-flipped-bit-goes-unseen", test_flipped);
    g_test_add_func("/backup/sink/full-disk-leaves-nothing", test_full_disk);
    g_test_add_func("/backup/sink/without-commit-the-old-file-stays", test_keeps_old_file);
    return g_test_run();
}
