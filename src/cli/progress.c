/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "cli/bar.h"
#include "cli/report.h"

/* Nothing is shown of what is over before that. */
#define SILENT_MS 1000
#define DRAW_MS 200
#define LOG_MS 10000

struct GwProgress {
    const GwTerminal *terminal; /* borrowed: outlives it */
    GThread *thread;            /* owned: joined by free */
    GCond wake;
    GMutex mutex; /* guards all below, and the terminal while somebody prints */
    char *task;   /* owned; NULL = nothing is going on */
    gint64 documents;
    gint64 total;    /* 0 = not known */
    char *facts;     /* owned: in one line, where more is known; or NULL */
    gint64 began_us; /* of the task, monotonic */
    gint64 next_us;  /* when to draw or log the next time */
    bool has_line;   /* one is drawn */
    bool is_blocked; /* the cursor is in the middle of somebody's line */
    bool is_ended;
};

static void
erase(GwProgress *progress)
{
    if (!progress->has_line)
        return;
    (void)fputs("\r\033[K", progress->terminal->file);
    (void)fflush(progress->terminal->file);
    progress->has_line = false;
}

/* ", 45 %, 2.5 s left", or "" where nobody knows. Owned. */
static char *
describe_rest(const GwProgress *progress, gint64 elapsed_ms)
{
    gint64 left = progress->total - progress->documents;
    g_autofree char *duration = NULL;

    if (progress->total <= 0 || progress->documents <= 0 || left < 0)
        return g_strdup("");
    duration = gw_report_duration(
        (gint64)((double)elapsed_ms * (double)left / (double)progress->documents));
    return g_strdup_printf(", %d %%, %s left",
                           (int)((double)progress->documents * 100 / (double)progress->total),
                           duration);
}

/* "applying 001_users: 12,345 documents, 5,600/s, 2.1 s". Owned. */
static char *
describe(const GwProgress *progress, gint64 now_us)
{
    gint64 elapsed_ms = (now_us - progress->began_us) / 1000;
    g_autofree char *duration = gw_report_duration(elapsed_ms);
    g_autofree char *count = gw_report_count(progress->documents, "document");
    g_autofree char *rest = describe_rest(progress, elapsed_ms);
    g_autofree char *rate = gw_report_number(progress->documents * 1000 / MAX(elapsed_ms, 1));

    if (progress->facts != NULL)
        return g_strdup_printf("%s: %s", progress->task, progress->facts);
    if (progress->documents == 0)
        return g_strdup_printf("%s: %s", progress->task, duration);
    return g_strdup_printf("%s: %s, %s/s, %s%s", progress->task, count, rate, duration, rest);
}

static void
draw(GwProgress *progress, gint64 now_us)
{
    const GwTerminal *terminal = progress->terminal;
    g_autofree char *text = describe(progress, now_us);
    g_autofree char *shown = gw_terminal_cut(text, terminal->width - 1, terminal->is_utf8);

    if (!terminal->is_terminal) {
        (void)fprintf(terminal->file, "%s\n", text);
    } else {
        (void)fputs("\r\033[K", terminal->file);
        gw_terminal_put(terminal, GW_STYLE_DIM, "%s", shown);
        progress->has_line = true;
    }
    (void)fflush(terminal->file);
}

static gpointer
run(gpointer data)
{
    GwProgress *progress = data;

    g_mutex_lock(&progress->mutex);
    while (!progress->is_ended) {
        gint64 now_us = g_get_monotonic_time();

        if (progress->task == NULL || progress->is_blocked) {
            g_cond_wait(&progress->wake, &progress->mutex);
        } else if (now_us < progress->next_us) {
            (void)g_cond_wait_until(&progress->wake, &progress->mutex, progress->next_us);
        } else {
            draw(progress, now_us);
            progress->next_us =
                now_us + (progress->terminal->is_terminal ? DRAW_MS : LOG_MS) * (gint64)1000;
        }
    }
    g_mutex_unlock(&progress->mutex);
    return NULL;
}

GwProgress *
gw_progress_new(const GwTerminal *terminal)
{
    GwProgress *progress = g_new0(GwProgress, 1);

    progress->terminal = terminal;
    g_mutex_init(&progress->mutex);
    g_cond_init(&progress->wake);
    return progress;
}

void
gw_progress_free(GwProgress *progress)
{
    if (progress == NULL)
        return;
    g_mutex_lock(&progress->mutex);
    progress->is_ended = true;
    g_cond_signal(&progress->wake);
    g_mutex_unlock(&progress->mutex);
    if (progress->thread != NULL)
        (void)g_thread_join(progress->thread);
    erase(progress);
    g_clear_pointer(&progress->task, g_free);
    g_clear_pointer(&progress->facts, g_free);
    g_cond_clear(&progress->wake);
    g_mutex_clear(&progress->mutex);
    g_free(progress);
}

void
gw_progress_set_task(GwProgress *progress, const char *task)
{
    const int delay_ms = progress->terminal->is_terminal ? SILENT_MS : LOG_MS;

    g_mutex_lock(&progress->mutex);
    erase(progress);
    g_clear_pointer(&progress->task, g_free);
    g_clear_pointer(&progress->facts, g_free);
    progress->task = task != NULL ? gw_terminal_clean(task) : NULL;
    progress->documents = 0;
    progress->total = 0;
    progress->began_us = g_get_monotonic_time();
    progress->next_us = progress->began_us + delay_ms * (gint64)1000;
    /* Most commands never have a task: they need no thread. */
    if (task != NULL && progress->thread == NULL)
        progress->thread = g_thread_new("progress", run, progress);
    g_cond_signal(&progress->wake);
    g_mutex_unlock(&progress->mutex);
}

void
gw_progress_set_count(GwProgress *progress, gint64 documents, gint64 total)
{
    g_mutex_lock(&progress->mutex);
    progress->documents = documents;
    progress->total = total;
    g_mutex_unlock(&progress->mutex);
}

void
gw_progress_set_facts(GwProgress *progress, const GwProgressFacts *facts)
{
    g_autofree char *text = gw_bar_describe(progress->terminal, facts);

    g_mutex_lock(&progress->mutex);
    g_free(progress->facts);
    progress->facts = g_steal_pointer(&text);
    g_mutex_unlock(&progress->mutex);
}

void
gw_progress_hold(GwProgress *progress)
{
    g_mutex_lock(&progress->mutex);
    erase(progress);
}

void
gw_progress_resume(GwProgress *progress, bool ends_line)
{
    progress->is_blocked = progress->terminal->is_terminal && !ends_line;
    g_cond_signal(&progress->wake);
    g_mutex_unlock(&progress->mutex);
}
