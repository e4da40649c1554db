/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pacing.h"

bool
gw_pacing_read(const GwProject *project, GwLimits *out_limits, GError **error)
{
    const GwConfig *config = gw_project_config(project);
    const char *lag = gw_config_str(config, GW_CONFIG_PACE_MAX_LAG);
    const char *window = gw_config_str(config, GW_CONFIG_PACE_WINDOW);

    *out_limits = (GwLimits){.max_rate = gw_config_int(config, GW_CONFIG_PACE_MAX_RATE),
                             .is_gentle = gw_config_bool(config, GW_CONFIG_PACE_GENTLE)};
    if (lag != NULL &&
        !gw_limits_parse_duration("the lag at most", lag, &out_limits->max_lag_ms, error))
        return false;
    return window == NULL || gw_limits_parse_window(out_limits, window, error);
}

GwPace *
gw_pacing_new(const GwProject *project, const GwLimits *limits)
{
    GwPaceParams params = {.clients = gw_project_clients(project),
                           .db = gw_project_database(project),
                           .limits = *limits,
                           .observer = *gw_project_observer(project),
                           .interrupted = gw_project_interrupted(project)};

    return gw_pace_new(&params);
}
