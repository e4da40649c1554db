/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/questions.h"

#include "engine/auto_backup.h"
#include "engine/extent.h"

struct GwQuestions {
    const GwRules *rules; /* borrowed */
    GwWriter *writer;     /* borrowed; NULL = none so far */
    GMutex mutex;         /* guards all below, and keeps it to one question at a time */
    char *migration;      /* owned; NULL = none yet */
    GHashTable *allowed;  /* owned: char *, what was allowed in this migration */
    GwAutoBackup *backup; /* owned: those of this run */
    GHashTable *saved;    /* owned: char *, of which this migration has a backup */
    GPtrArray *backups;   /* owned: char *, the paths of those */
    GPtrArray *told;      /* owned: char *, for the history */
    GError *refusal;      /* owned: the first of this migration; NULL = none */
    bool is_all_allowed;  /* somebody answered "all" */
};

GwQuestions *
gw_questions_new(const GwRules *rules)
{
    GwQuestions *questions = g_new0(GwQuestions, 1);

    questions->rules = rules;
    g_mutex_init(&questions->mutex);
    questions->allowed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    questions->backup = gw_auto_backup_new(gw_rules_project(rules));
    questions->saved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    questions->backups = g_ptr_array_new_with_free_func(g_free);
    questions->told = g_ptr_array_new_with_free_func(g_free);
    return questions;
}

void
gw_questions_free(GwQuestions *questions)
{
    if (questions == NULL)
        return;
    g_clear_error(&questions->refusal);
    g_clear_pointer(&questions->told, g_ptr_array_unref);
    g_clear_pointer(&questions->backups, g_ptr_array_unref);
    g_clear_pointer(&questions->saved, g_hash_table_unref);
    g_clear_pointer(&questions->backup, gw_auto_backup_free);
    g_clear_pointer(&questions->allowed, g_hash_table_unref);
    g_clear_pointer(&questions->migration, g_free);
    g_mutex_clear(&questions->mutex);
    g_free(questions);
}

void
gw_questions_set_writer(GwQuestions *questions, GwWriter *writer)
{
    questions->writer = writer;
}

void
gw_questions_begin(GwQuestions *questions, const char *migration)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&questions->mutex);

    g_clear_pointer(&questions->migration, g_free);
    questions->migration = g_strdup(migration);
    g_clear_error(&questions->refusal);
    g_hash_table_remove_all(questions->allowed);
    g_hash_table_remove_all(questions->saved);
    g_ptr_array_set_size(questions->backups, 0);
    g_ptr_array_set_size(questions->told, 0);
    if (gw_rules_is_unplanned(questions->rules))
        g_ptr_array_add(questions->told, g_strdup("without a dry run (--no-plan)"));
}

/* "deleteMany on 'shop.users'". Owned. */
static char *
describe(const GwWriteFacts *facts)
{
    g_autofree char *end = NULL;

    if (facts->to_coll != NULL)
        end = g_strdup_printf(" to '%s.%s'", facts->to_db, facts->to_coll);
    if (facts->coll == NULL)
        return g_strdup_printf("%s on '%s'", facts->what, facts->db);
    return g_strdup_printf("%s on '%s.%s'%s", facts->what, facts->db, facts->coll,
                           end != NULL ? end : "");
}

/* "1234567" becomes "1,234,567". Owned. */
static char *
with_commas(gint64 number)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%" G_GINT64_FORMAT, number);
    for (gsize place = text->len; place > 3; place -= 3)
        g_string_insert_c(text, (gssize)place - 3, ',');
    return g_string_free(text, FALSE);
}

/* "002_cleanup: deleteMany on 'shop.users' (about 1,234 documents). Go on?" Owned. */
static char *
phrase(const GwQuestions *questions, const char *deed, const GwWriteFacts *facts,
       const GwWrite *write)
{
    GwClients *clients = gw_project_clients(gw_rules_project(questions->rules));
    gint64 count = gw_extent_of(clients, facts, write);
    g_autofree char *number = count >= 0 ? with_commas(count) : NULL;
    g_autofree char *extent = NULL;

    if (facts->loss == GW_LOSS_IRREVERSIBLE)
        extent = g_strdup(" (cannot be undone from data)");
    else if (number != NULL)
        extent = g_strdup_printf(" (about %s %s)", number, count == 1 ? "document" : "documents");
    return g_strdup_printf("%s: %s%s. Go on?", questions->migration, deed,
                           extent != NULL ? extent : "");
}

static bool
throw_refused(const GwQuestions *questions, const char *deed, const char *why, const char *hint,
              GError **error)
{
    gw_throw(error, GW_ERROR_REFUSED, "%s in '%s' %s", deed, gw_rules_environment(questions->rules),
             why);
    return gw_hint(error, "%s", hint);
}

static bool
check_irreversible(const GwQuestions *questions, const char *deed, const GwWriteFacts *facts,
                   GError **error)
{
    if (facts->loss != GW_LOSS_IRREVERSIBLE ||
        gw_rules_level(questions->rules) != GW_LEVEL_GUARDED ||
        gw_rules_params(questions->rules)->allow_irreversible)
        return true;
    return throw_refused(questions, deed, "is refused: it cannot be undone from data",
                         "It was stopped before it happened. Add --allow-irreversible where it is "
                         "meant.",
                         error);
}

static bool
wants_backup(const GwQuestions *questions, const GwWriteFacts *facts)
{
    return gw_rules_level(questions->rules) == GW_LEVEL_GUARDED && facts->loss == GW_LOSS_DATA;
}

static bool
ask(GwQuestions *questions, const char *deed, const GwWriteFacts *facts, const GwWrite *write,
    GError **error)
{
    g_autofree char *question = phrase(questions, deed, facts, write);
    GwAnswer answer = gw_project_ask(gw_rules_project(questions->rules), question);

    switch (answer) {
    case GW_ANSWER_NOBODY:
        return throw_refused(questions, deed, "needs a confirmation, and nobody is there to ask",
                             "It was stopped before it happened. Add --yes where it is meant.",
                             error);
    case GW_ANSWER_NO:
        return throw_refused(questions, deed, "was not confirmed",
                             "It was stopped before it happened.", error);
    case GW_ANSWER_ALL:
        questions->is_all_allowed = true;
        break;
    case GW_ANSWER_YES:
    case GW_ANSWER_BEFOREHAND:
        break;
    }
    g_ptr_array_add(questions->told,
                    g_strdup_printf("allowed%s: %s",
                                    answer == GW_ANSWER_BEFOREHAND ? " by --yes"
                                    : answer == GW_ANSWER_ALL      ? ", and all that follow"
                                                                   : "",
                                    deed));
    return true;
}

static bool
ask_unless_all(GwQuestions *questions, const char *deed, const GwWriteFacts *facts,
               const GwWrite *write, GError **error)
{
    if (!questions->is_all_allowed)
        return ask(questions, deed, facts, write, error);
    g_ptr_array_add(questions->told, g_strdup_printf("allowed with all: %s", deed));
    return true;
}

/* Once for each collection and migration; of a run, what was there before the first loss is what
 * counts, so later ones get the same backup. */
static bool
save_one(GwQuestions *questions, const char *db, const char *coll, GError **error)
{
    g_autofree char *name = coll != NULL ? g_strdup_printf("%s.%s", db, coll) : g_strdup(db);
    g_autofree char *path = NULL;

    if (gw_rules_params(questions->rules)->no_backup) {
        g_ptr_array_add(questions->told, g_strdup_printf("no backup of '%s' (--no-backup)", name));
        return true;
    }
    if (g_hash_table_contains(questions->saved, name))
        return true;
    if (!gw_auto_backup_save(questions->backup, db, coll, &path, error)) {
        gw_prefix(error, "making a backup of '%s' before it is changed", name);
        return gw_hint(error, "It was stopped before it happened. Add --no-backup where there is "
                              "another backup.");
    }
    if (path != NULL) {
        g_ptr_array_add(questions->told, g_strdup_printf("backup of '%s' in '%s'", name, path));
        g_ptr_array_add(questions->backups, g_steal_pointer(&path));
    }
    g_hash_table_add(questions->saved, g_steal_pointer(&name));
    return true;
}

static bool
save(GwQuestions *questions, const GwWriteFacts *facts, const GwWrite *write, GError **error)
{
    if (!wants_backup(questions, facts))
        return true;
    if (!save_one(questions, facts->db, facts->coll, error))
        return false;
    return !gw_bson_get_bool(write->command, "dropTarget", false) || facts->to_coll == NULL ||
           save_one(questions, facts->to_db, facts->to_coll, error);
}

/* Named before it runs, also where --yes has answered and nobody saw a question. */
static void
name_irreversible(const GwQuestions *questions, const char *deed, const GwWriteFacts *facts)
{
    g_autofree char *text = NULL;

    if (facts->loss != GW_LOSS_IRREVERSIBLE)
        return;
    text = g_strdup_printf("%s: %s cannot be undone from data", questions->migration, deed);
    gw_project_emit(gw_rules_project(questions->rules),
                    &(GwEvent){.kind = GW_EVENT_NOTE,
                               .migration = questions->migration,
                               .text = text,
                               .text_bytes = strlen(text)});
}

static bool
decide(GwQuestions *questions, const char *deed, const GwWriteFacts *facts, const GwWrite *write,
       GError **error)
{
    if (!check_irreversible(questions, deed, facts, error))
        return false;
    name_irreversible(questions, deed, facts);
    if (questions->writer != NULL && !gw_writer_settle(questions->writer, error))
        return false;
    return ask_unless_all(questions, deed, facts, write, error) &&
           save(questions, facts, write, error);
}

bool
gw_questions_may(const GwWriteFacts *facts, const GwWrite *write, gpointer data, GError **error)
{
    GwQuestions *questions = data;
    g_autofree char *deed = NULL;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;

    if (gw_rules_level(questions->rules) == GW_LEVEL_FREE)
        return true;
    deed = describe(facts);
    locker = g_mutex_locker_new(&questions->mutex);
    if (questions->refusal == NULL) {
        if (g_hash_table_contains(questions->allowed, deed))
            return true;
        if (decide(questions, deed, facts, write, &questions->refusal)) {
            g_hash_table_add(questions->allowed, g_steal_pointer(&deed));
            return true;
        }
        g_ptr_array_add(questions->told, g_strdup_printf("refused: %s", deed));
    }
    g_propagate_error(error, g_error_copy(questions->refusal));
    return false;
}

bool
gw_questions_check(GwQuestions *questions, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&questions->mutex);

    if (questions->refusal == NULL)
        return true;
    g_propagate_error(error, g_error_copy(questions->refusal));
    return false;
}

char *
gw_questions_detail(GwQuestions *questions)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&questions->mutex);
    GString *text = NULL;

    if (questions->told->len == 0)
        return NULL;
    text = g_string_new(NULL);
    for (guint next = 0; next < questions->told->len; next++)
        g_string_append_printf(text, "%s%s", next > 0 ? "; " : "",
                               (const char *)g_ptr_array_index(questions->told, next));
    return g_string_free(text, FALSE);
}

GPtrArray *
gw_questions_backups(GwQuestions *questions)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&questions->mutex);

    return g_ptr_array_copy(questions->backups, (GCopyFunc)(void (*)(void))g_strdup, NULL);
}
