/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/names.h"

#include "mongo/command.h"
#include "mongo/writer.h"

/* Commands of MongoDB 4.4 to 8.0 that change no data, no schema, no user and no setting. A command
 * that is not here counts as writing, which is the safe mistake. */
static const char *const reading[] = {
    "_isSelf",
    "availableQueryOptions",
    "analyzeShardKey",
    "balancerCollectionStatus",
    "balancerStatus",
    "buildInfo",
    "buildinfo",
    "checkMetadataConsistency",
    "checkShardingIndex",
    "collStats",
    "collstats",
    "connPoolStats",
    "connectionStatus",
    "count",
    "currentOp",
    "dataSize",
    "datasize",
    "dbHash",
    "dbStats",
    "dbhash",
    "dbstats",
    "distinct",
    "endSessions",
    "explain",
    "features",
    "filemd5",
    "find",
    "geoSearch",
    "getAuditConfig",
    "getChangeStreamState",
    "getClusterParameter",
    "getCmdLineOpts",
    "getDatabaseVersion",
    "getDefaultRWConcern",
    "getDiagnosticData",
    "getFreeMonitoringStatus",
    "getLastError",
    "getLog",
    "getMore",
    "getParameter",
    "getQueryableEncryptionCountInfo",
    "getShardMap",
    "getShardVersion",
    "getShardingReady",
    "hello",
    "hostInfo",
    "isMaster",
    "isdbgrid",
    "ismaster",
    "killCursors",
    "listCollections",
    "listCommands",
    "listDatabases",
    "listIndexes",
    "listShards",
    "lockInfo",
    "netstat",
    "ping",
    "planCacheListFilters",
    "planCacheListPlans",
    "planCacheListQueryShapes",
    "refreshSessions",
    "replSetGetConfig",
    "replSetGetRBID",
    "replSetGetStatus",
    "rolesInfo",
    "serverStatus",
    "shardConnPoolStats",
    "shardingState",
    "startSession",
    "top",
    "usersInfo",
    "whatsmysni",
    "whatsmyuri",
};

typedef struct {
    const char *name;
    GwWriteKind kind;
} KindRow;

static const KindRow kinds[] = {
    {"aggregate", GW_WRITE_AGGREGATE},
    {"collMod", GW_WRITE_COLL_MOD},
    {"create", GW_WRITE_CREATE},
    {"createIndexes", GW_WRITE_CREATE_INDEXES},
    {"delete", GW_WRITE_DELETE},
    {"deleteIndexes", GW_WRITE_DROP_INDEXES},
    {"drop", GW_WRITE_DROP},
    {"dropDatabase", GW_WRITE_DROP_DATABASE},
    {"dropIndexes", GW_WRITE_DROP_INDEXES},
    {"findAndModify", GW_WRITE_FIND_AND_MODIFY},
    {"findandmodify", GW_WRITE_FIND_AND_MODIFY},
    {"godwitBeyond", GW_WRITE_BEYOND},
    {"insert", GW_WRITE_INSERT},
    {"mapReduce", GW_WRITE_AGGREGATE},
    {"mapreduce", GW_WRITE_AGGREGATE},
    {"renameCollection", GW_WRITE_RENAME},
    {"update", GW_WRITE_UPDATE},
};

const char *
gw_command_name(const bson_t *command)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, command) && bson_iter_next(&iter) ? bson_iter_key(&iter) : "";
}

static bool
is_writing_stage(bson_iter_t *stage)
{
    bson_iter_t inside;

    if (!BSON_ITER_HOLDS_DOCUMENT(stage) || !bson_iter_recurse(stage, &inside) ||
        !bson_iter_next(&inside))
        return false;
    return g_strcmp0(bson_iter_key(&inside), "$out") == 0 ||
           g_strcmp0(bson_iter_key(&inside), "$merge") == 0;
}

/* MongoDB 4.4 to 8.0; commands on sessions, transactions, indexes and the like are counted apart.
 */
bool
gw_command_is_counted(const bson_t *command)
{
    static const char *const names[] = {"aggregate", "count",  "delete", "distinct",      "find",
                                        "getMore",   "insert", "update", "findAndModify", NULL};

    return g_strv_contains(names, gw_command_name(command));
}

bool
gw_command_has_output(const bson_t *aggregate)
{
    bson_t pipeline = BSON_INITIALIZER;
    bson_iter_t stage;

    if (!gw_bson_get_doc(aggregate, "pipeline", &pipeline) || !bson_iter_init(&stage, &pipeline))
        return false;
    /* The server takes them in the last stage only and refuses the command otherwise. */
    while (bson_iter_next(&stage)) {
        if (is_writing_stage(&stage))
            return true;
    }
    return false;
}

static bool
has_map_reduce_output(const bson_t *command)
{
    bson_t out = BSON_INITIALIZER;

    if (gw_bson_get_doc(command, "out", &out))
        return !bson_has_field(&out, "inline");
    return gw_bson_has(command, "out");
}

bool
gw_command_writes_output(const bson_t *command)
{
    const char *name = gw_command_name(command);

    if (g_strcmp0(name, "aggregate") == 0)
        return gw_command_has_output(command) && !gw_bson_get_bool(command, "explain", false);
    if (g_ascii_strcasecmp(name, "mapReduce") == 0)
        return has_map_reduce_output(command);
    return false;
}

bool
gw_command_is_read(const bson_t *command)
{
    const char *name = gw_command_name(command);

    if (g_strcmp0(name, "aggregate") == 0 || g_ascii_strcasecmp(name, "mapReduce") == 0)
        return !gw_command_writes_output(command);
    if (g_strcmp0(name, "validate") == 0)
        return !gw_bson_get_bool(command, "repair", false) &&
               !gw_bson_get_bool(command, "fixMultikey", false);
    if (g_strcmp0(name, "profile") == 0)
        return gw_bson_get_int(command, "profile", 0) < 0;
    for (size_t row = 0; row < G_N_ELEMENTS(reading); row++) {
        if (g_strcmp0(reading[row], name) == 0)
            return true;
    }
    return false;
}

GwWriteKind
gw_write_kind_of(const bson_t *command)
{
    const char *name = gw_command_name(command);

    for (size_t row = 0; row < G_N_ELEMENTS(kinds); row++) {
        if (g_strcmp0(kinds[row].name, name) == 0)
            return kinds[row].kind;
    }
    return GW_WRITE_OTHER;
}
