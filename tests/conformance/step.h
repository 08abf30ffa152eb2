/* A step with its names replaced, and how a verb gets at its arguments. */
#ifndef STEP_H
#define STEP_H

#include "fields.h"

#define MAX_SETS 4

struct argument {
    char *name, *value;
};

struct step {
    struct play *play;
    const char *result; /* the name to bind; NULL without */
    char *verb;
    struct argument arguments[MAX_WORDS];
    int argument_count;
    const char *fails; /* a status; NULL where the step has to succeed */
    struct argument expectations[MAX_WORDS];
    int expectation_count;
    clef_scope_set *sets[MAX_SETS]; /* made of arguments, freed with the step */
    int set_count;
};

static inline struct argument argument_of(struct play *play, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals) {
        complain(play, "%s is no argument", word);
        return (struct argument){strdup(word), strdup("")};
    }
    return (struct argument){strndup(word, (size_t)(equals - word)),
                             replace_names(play, equals + 1)};
}

static inline struct step step_of(struct play *play, const struct line *line)
{
    struct step step = {.play = play};
    int next = 0;
    if (line->count > 2 && strcmp(line->words[1], "=") == 0) {
        step.result = line->words[0];
        next = 2;
    }
    step.verb = line->words[next++];
    for (; next < line->count && strcmp(line->words[next], "fails") != 0; next++)
        step.arguments[step.argument_count++] = argument_of(play, line->words[next]);
    if (next == line->count)
        return step;
    if (++next == line->count) {
        complain(play, "fails how?");
        return step;
    }
    step.fails = line->words[next++];
    for (; next < line->count; next++)
        step.expectations[step.expectation_count++] = argument_of(play, line->words[next]);
    return step;
}

static inline void free_arguments(struct argument *arguments, int count)
{
    for (int i = 0; i < count; i++) {
        free(arguments[i].name);
        free(arguments[i].value);
    }
}

static inline void free_step(struct step *step)
{
    free_arguments(step->arguments, step->argument_count);
    free_arguments(step->expectations, step->expectation_count);
    for (int i = 0; i < step->set_count; i++)
        clef_scope_set_free(step->sets[i]);
}

/* Whether `names`, which spaces separate, has this one. */
static inline bool is_among(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* The argument's text; NULL where it is left out. */
static inline const char *text(const struct step *step, const char *name)
{
    for (int i = 0; i < step->argument_count; i++)
        if (strcmp(step->arguments[i].name, name) == 0)
            return step->arguments[i].value;
    return NULL;
}

/* The same for one that has to be there: else the scenario fails, and it is empty. */
static inline const char *needed(const struct step *step, const char *name)
{
    const char *value = text(step, name);
    if (!value)
        complain(step->play, "%s lacks %s", step->verb, name);
    return value ? value : "";
}

static inline bool is_set(const struct step *step, const char *name)
{
    const char *value = text(step, name);
    if (value && strcmp(value, "yes") != 0)
        complain(step->play, "%s=%s is no flag", name, value);
    return value != NULL;
}

static inline long long whole_number(struct play *play, const char *value)
{
    char *end;
    long long number = strtoll(value, &end, 10);
    if (!*value || *end)
        complain(play, "%s is no number", value);
    return number;
}

static inline long long number(const struct step *step, const char *name, long long otherwise)
{
    const char *value = text(step, name);
    return value ? whole_number(step->play, value) : otherwise;
}

/* The object that an argument names; NULL, and the scenario fails, where it is of another kind. */
static inline void *object(const struct step *step, const char *name, enum kind kind)
{
    struct value *value = value_named(step->play, needed(step, name));
    if (value && value->kind == kind)
        return value->object;
    complain(step->play, "%s is something else than %s takes", name, step->verb);
    return NULL;
}

/* The set of an argument; NULL where it is left out. Freed with the step. */
static inline const clef_scope_set *scopes(struct step *step, const char *name)
{
    const char *names = text(step, name);
    if (!names)
        return NULL;
    clef_scope_set *set = NULL;
    if (clef_scope_set_parse(names, &set, NULL) != CLEF_STATUS_OK)
        complain(step->play, "%s is no set of scopes", names);
    step->sets[step->set_count++] = set;
    return set;
}

/* AUTH flags by the arguments that are the same for every login. */
static inline uint32_t auth_flags(const struct step *step)
{
    return (is_set(step, "pkce") ? CLEF_AUTH_PKCE : 0u) |
           (is_set(step, "show_dialog") ? CLEF_AUTH_SHOW_DIALOG : 0u);
}

/* What a step has got, where it has succeeded. */
static inline struct value text_value(char *text)
{
    return (struct value){TEXT, text};
}

static inline clef_status give(struct value *result, clef_status status, enum kind kind,
                               void *object)
{
    if (status == CLEF_STATUS_OK)
        *result = (struct value){kind, object};
    return status;
}

static inline clef_status give_string(struct value *result, clef_status status, char *string)
{
    if (status == CLEF_STATUS_OK)
        *result = text_value(owned(string));
    return status;
}

static inline clef_status give_text(struct value *result, char *text)
{
    *result = text_value(text);
    return CLEF_STATUS_OK;
}

#endif
