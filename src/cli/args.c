/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include <string.h>

#include "base/text.h"

typedef struct {
    const GwOptionSpec *spec; /* NULL = not given */
    const char *text;         /* borrowed from the words; NULL for a flag */
    gint64 number;
} Value;

struct GwArgs {
    const GwCommandSpec *command;
    const char *const *next; /* the word to read */
    GPtrArray *words;        /* owned; const char * borrowed from the caller */
    Value values[GW_OPTION_ID_COUNT];
};

void
gw_args_free(GwArgs *args)
{
    if (args == NULL)
        return;
    g_clear_pointer(&args->words, g_ptr_array_unref);
    g_free(args);
}

const GwCommandSpec *
gw_args_command(const GwArgs *args)
{
    return args->command;
}

bool
gw_args_has(const GwArgs *args, GwOptionId id)
{
    return args->values[id].spec != NULL;
}

const char *
gw_args_str(const GwArgs *args, GwOptionId id)
{
    return args->values[id].text;
}

gint64
gw_args_int(const GwArgs *args, GwOptionId id, gint64 missing)
{
    return gw_args_has(args, id) ? args->values[id].number : missing;
}

guint
gw_args_word_count(const GwArgs *args)
{
    return args->words->len;
}

const char *
gw_args_word(const GwArgs *args, guint index)
{
    return index < args->words->len ? g_ptr_array_index(args->words, index) : NULL;
}

static bool
is_named(const GwOptionSpec *option, const char *name, gsize length)
{
    if (strlen(option->name) == length && strncmp(option->name, name, length) == 0)
        return true;
    for (gsize i = 0; option->aliases != NULL && option->aliases[i] != NULL; i++) {
        if (strlen(option->aliases[i]) == length && strncmp(option->aliases[i], name, length) == 0)
            return true;
    }
    return false;
}

static const GwOptionSpec *
find_among(const GwOptionSpec *options, gsize count, const char *name, gsize length, char letter)
{
    for (gsize i = 0; i < count; i++) {
        if (letter != 0 ? options[i].letter == letter : is_named(&options[i], name, length))
            return &options[i];
    }
    return NULL;
}

/* By name, or by letter where that is not 0. */
static const GwOptionSpec *
find_option(const GwArgs *args, const char *name, gsize length, char letter)
{
    const GwCommandSpec *command = args->command;
    const GwOptionSpec *found = NULL;

    if (command != NULL)
        found = find_among(command->options, command->option_count, name, length, letter);
    if (found == NULL)
        found = find_among(gw_global_options, gw_global_option_count, name, length, letter);
    return found;
}

static void
add_names(GPtrArray *names, const GwOptionSpec *options, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(names, (gpointer)options[i].name);
}

/* The first command that has an option of this name, for those who wrote it too early. */
static const GwCommandSpec *
command_with(const char *name, gsize length)
{
    for (gsize i = 0; i < gw_command_count; i++) {
        const GwCommandSpec *command = &gw_commands[i];

        if (find_among(command->options, command->option_count, name, length, 0) != NULL)
            return command;
    }
    return NULL;
}

static bool
throw_unknown_option(const GwArgs *args, const char *name, gsize length, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *word = g_strndup(name, length);
    const GwCommandSpec *owner = args->command == NULL ? command_with(name, length) : NULL;
    const char *help = args->command != NULL ? args->command->name : "";
    const char *nearest = NULL;

    if (args->command != NULL)
        add_names(names, args->command->options, args->command->option_count);
    add_names(names, gw_global_options, gw_global_option_count);
    g_ptr_array_add(names, NULL);
    nearest = gw_text_nearest(word, (const char *const *)names->pdata);

    if (args->command != NULL)
        (void)gw_throw(error, GW_ERROR_USAGE, "unknown option '--%s' of '%s'", word, help);
    else
        (void)gw_throw(error, GW_ERROR_USAGE, "unknown option '--%s'", word);
    if (owner != NULL)
        return gw_hint(error, "Write it behind its command: 'godwit %s --%s'.", owner->name, word);
    if (nearest != NULL)
        return gw_hint(error, "Did you mean '--%s'?", nearest);
    return gw_hint(error, "'godwit help%s%s' lists the options.", *help != '\0' ? " " : "", help);
}

static bool
throw_unknown_letter(const GwArgs *args, char letter, GError **error)
{
    const char *help = args->command != NULL ? args->command->name : "";

    (void)gw_throw(error, GW_ERROR_USAGE, "unknown option '-%c'", letter);
    return gw_hint(error, "'godwit help%s%s' lists the options.", *help != '\0' ? " " : "", help);
}

static bool
check_choice(const char *what, const char *const *choices, const char *value, GError **error)
{
    g_autofree char *list = g_strjoinv(", ", (char **)choices);
    const char *nearest = gw_text_nearest(value, choices);

    if (g_strv_contains(choices, value))
        return true;
    (void)gw_throw(error, GW_ERROR_USAGE, "%s: '%s' is none of %s", what, value, list);
    return nearest == NULL ? false : gw_hint(error, "Did you mean '%s'?", nearest);
}

static bool
set_value(GwArgs *args, const GwOptionSpec *option, const char *text, GError **error)
{
    g_autofree char *shown = g_strdup_printf("--%s", option->name);
    Value value = {.spec = option, .text = text};

    if (option->type == GW_OPTION_CHOICE && !check_choice(shown, option->choices, text, error))
        return false;
    if (option->type == GW_OPTION_INT &&
        !g_ascii_string_to_signed(text, 10, option->least, G_MAXINT32, &value.number, NULL))
        return gw_throw(error, GW_ERROR_USAGE,
                        "%s: '%s' is no whole number from %" G_GINT64_FORMAT " to %d", shown, text,
                        option->least, G_MAXINT32);

    args->values[option->id] = value;
    return true;
}

/* `glued` is what stood in the same word, or NULL: then the next word is the value. */
static bool
read_value(GwArgs *args, const GwOptionSpec *option, const char *glued, GError **error)
{
    const char *text = glued;

    if (option->type == GW_OPTION_FLAG && glued != NULL)
        return gw_throw(error, GW_ERROR_USAGE, "--%s takes no value", option->name);
    if (option->type == GW_OPTION_FLAG)
        return set_value(args, option, NULL, error);
    /* Who forgot the value would otherwise lose the option that follows. */
    if (text == NULL && *args->next != NULL && !g_str_has_prefix(*args->next, "--"))
        text = *args->next++;
    if (text == NULL)
        return gw_throw(error, GW_ERROR_USAGE, "--%s needs a value: --%s %s", option->name,
                        option->name, option->arg);
    return set_value(args, option, text, error);
}

static bool
read_long(GwArgs *args, const char *name, GError **error)
{
    const char *equals = strchr(name, '=');
    gsize length = equals != NULL ? (gsize)(equals - name) : strlen(name);
    const GwOptionSpec *option = find_option(args, name, length, 0);

    if (option == NULL)
        return throw_unknown_option(args, name, length, error);
    return read_value(args, option, equals != NULL ? equals + 1 : NULL, error);
}

/* "-qy", "-f FILE", "-fFILE". */
static bool
read_letters(GwArgs *args, const char *letters, GError **error)
{
    for (; *letters != '\0'; letters++) {
        const GwOptionSpec *option = find_option(args, NULL, 0, *letters);

        if (option == NULL)
            return throw_unknown_letter(args, *letters, error);
        if (option->type != GW_OPTION_FLAG)
            return read_value(args, option, letters[1] != '\0' ? letters + 1 : NULL, error);
        if (!read_value(args, option, NULL, error))
            return false;
    }
    return true;
}

static bool
read_command(GwArgs *args, const char *name, GError **error)
{
    const char *nearest = NULL;

    args->command = gw_command_find(name);
    if (args->command != NULL)
        return true;

    nearest = gw_command_nearest(name);
    (void)gw_throw(error, GW_ERROR_USAGE, "unknown command '%s'", name);
    if (nearest != NULL)
        return gw_hint(error, "Did you mean 'godwit %s'?", nearest);
    return gw_hint(error, "'godwit help' lists the commands.");
}

static bool
read_words(GwArgs *args, GError **error)
{
    bool is_rest = false; /* behind "--" */

    while (*args->next != NULL) {
        const char *word = *args->next++;
        bool is_ok = true;

        if (!is_rest && strcmp(word, "--") == 0)
            is_rest = true;
        else if (!is_rest && g_str_has_prefix(word, "--"))
            is_ok = read_long(args, word + 2, error);
        else if (!is_rest && word[0] == '-' && word[1] != '\0')
            is_ok = read_letters(args, word + 1, error);
        else if (args->command == NULL)
            is_ok = read_command(args, word, error);
        else
            g_ptr_array_add(args->words, (gpointer)word);
        if (!is_ok)
            return false;
    }
    return true;
}

static bool
check_conflicts(const GwArgs *args, GError **error)
{
    for (guint id = 0; id < GW_OPTION_ID_COUNT; id++) {
        const GwOptionSpec *option = args->values[id].spec;

        for (gsize i = 0; option != NULL && i < option->conflict_count; i++) {
            const GwOptionSpec *other = args->values[option->conflicts[i]].spec;

            if (other != NULL)
                return gw_throw(error, GW_ERROR_USAGE, "--%s and --%s exclude each other",
                                option->name, other->name);
        }
    }
    return true;
}

static bool
throw_too_many(const GwArgs *args, GError **error)
{
    const GwCommandSpec *command = args->command;
    const char *extra = gw_args_word(args, (guint)command->argument_count);

    (void)gw_throw(error, GW_ERROR_USAGE, "'%s' has no use for the argument '%s'", command->name,
                   extra);
    if (find_among(command->options, command->option_count, "only", 4, 0) != NULL)
        return gw_hint(error, "One migration is named by an option: 'godwit %s --only %s'.",
                       command->name, extra);
    if (command->argument_count > 0)
        return gw_hint(error, "Several words that belong together go between quotes.");
    return gw_hint(error, "'godwit help %s' shows how it is called.", command->name);
}

static bool
check_words(const GwArgs *args, GError **error)
{
    const GwCommandSpec *command = args->command;
    bool is_repeated = false;

    for (guint i = 0; i < command->argument_count; i++) {
        const GwArgumentSpec *argument = &command->arguments[i];
        const char *word = gw_args_word(args, i);

        is_repeated = is_repeated || argument->is_repeated;
        if (word == NULL && argument->is_required) {
            (void)gw_throw(error, GW_ERROR_USAGE, "'%s' needs %s %s", command->name,
                           g_str_equal(argument->name, "ID") ? "an" : "a", argument->name);
            return gw_hint(error, "'godwit help %s' shows how it is called.", command->name);
        }
        if (word != NULL && argument->choices != NULL &&
            !check_choice(argument->name, argument->choices, word, error))
            return false;
    }
    if (args->words->len > command->argument_count && !is_repeated)
        return throw_too_many(args, error);
    return true;
}

GwArgs *
gw_args_parse(const char *const *words, GError **error)
{
    g_autoptr(GwArgs) args = g_new0(GwArgs, 1);

    args->next = words;
    args->words = g_ptr_array_new();
    if (!read_words(args, error))
        return NULL;
    if (gw_args_has(args, GW_OPTION_ID_HELP) || gw_args_has(args, GW_OPTION_ID_VERSION))
        return g_steal_pointer(&args);
    if (!check_conflicts(args, error))
        return NULL;
    if (args->command != NULL && !check_words(args, error))
        return NULL;
    return g_steal_pointer(&args);
}
