/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/settle.h"

#include "backup/restore.h"

static void
emit_note(const GwProject *project, const char *text)
{
    gw_project_emit(project,
                    &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = strlen(text)});
}

static void
tell(GwRun *run, GwSettled settled)
{
    const char *text =
        settled == GW_SETTLED_ENDED
            ? "a restore that did not end was complete: its collections are in their "
              "places now"
            : "a restore that did not end had not been complete: what it had loaded "
              "was dropped";

    emit_note(run->project, text);
}

bool
gw_settle_restore(GwRun *run, GError **error)
{
    GwSettled settled = GW_SETTLED_NOTHING;

    if (!gw_restore_settle(gw_project_clients(run->project), run->plain,
                           gw_project_database(run->project), &settled, error))
        return false;
    if (settled != GW_SETTLED_NOTHING)
        tell(run, settled);
    return true;
}

bool
gw_settle_is_wanted(const GwProject *project, bool *out_is, GError **error)
{
    return gw_restore_is_unfinished(gw_project_clients(project), gw_project_database(project),
                                    out_is, error);
}

bool
gw_settle_check_reset(const GwRun *run, GError **error)
{
    if (!gw_rules_is_resetting(run->rules) || g_str_equal(run->action, "reset"))
        return true;
    gw_throw(error, GW_ERROR_REFUSED,
             "a reset of '%s' was begun and did not end: some of its collections are gone",
             gw_project_database(run->project));
    return gw_hint(error, "Nothing was changed. godwit reset --confirm drops the rest.");
}

bool
gw_settle_tell(const GwProject *project, bool is_resetting, GError **error)
{
    bool is_unsettled = false;

    if (!gw_settle_is_wanted(project, &is_unsettled, error))
        return false;
    if (is_unsettled)
        emit_note(project,
                  "a restore was begun here and has not ended; where nothing is at work on "
                  "it, godwit up brings it to its end, or takes it back");
    if (is_resetting)
        emit_note(project, "a reset was begun here and has not ended: some collections are gone, "
                           "whatever the records say; godwit reset --confirm drops the rest");
    return true;
}
