/* The verbs for what needs no network: helpers, scopes, tokens as values. */
#ifndef VERBS_VALUES_H
#define VERBS_VALUES_H

#include "verb.h"

/* Helpers */

VERB(gen_state)
{
    char *state = NULL;
    const size_t bytes = (size_t)number(step, "bytes", 32);
    clef_status status = clef_gen_state(bytes, &state, error);
    return give_string(result, status, state);
}

VERB(parse_code_from_url)
{
    char *code = NULL;
    clef_status status = clef_parse_code_from_url(needed(step, "url"), &code, error);
    return give_string(result, status, code);
}

VERB(parse_state_from_url)
{
    char *state = NULL;
    clef_status status = clef_parse_state_from_url(needed(step, "url"), &state, error);
    return give_string(result, status, state);
}

VERB(version)
{
    UNUSED;
    return give_text(result, strdup(clef_version_string()));
}

/* Scopes */

static clef_status give_names(struct value *result, clef_status status, clef_scope_set *set)
{
    if (status == CLEF_STATUS_OK)
        *result = text_value(names_of(set));
    clef_scope_set_free(set);
    return status;
}

VERB(scopes_parse)
{
    clef_scope_set *set = NULL;
    clef_status status = clef_scope_set_parse(needed(step, "names"), &set, error);
    return give_names(result, status, set);
}

VERB(scopes_known)
{
    clef_scope known[32];
    size_t count = 0;
    char *names = strdup(needed(step, "names"));
    for (char *rest = names, *name; (name = strsep(&rest, " "));)
        known[count++] = clef_scope_from_name(name);
    free(names);
    clef_scope_set *set = NULL;
    clef_status status = clef_scope_set_of(known, count, &set, error);
    return give_names(result, status, set);
}

VERB(scopes_read)
{
    UNUSED;
    return give_names(result, CLEF_STATUS_OK, clef_scope_set_read());
}

VERB(scopes_write)
{
    UNUSED;
    return give_names(result, CLEF_STATUS_OK, clef_scope_set_write());
}

VERB(scopes_every)
{
    UNUSED;
    return give_names(result, CLEF_STATUS_OK, clef_scope_set_every());
}

VERB(scopes_union)
{
    clef_scope_set *set = NULL;
    clef_status status = clef_scope_set_union(scopes(step, "a"), scopes(step, "b"), &set, error);
    return give_names(result, status, set);
}

VERB(scopes_difference)
{
    clef_scope_set *set = NULL;
    clef_status status =
        clef_scope_set_difference(scopes(step, "a"), scopes(step, "b"), &set, error);
    return give_names(result, status, set);
}

VERB(scopes_count)
{
    UNUSED;
    return give_text(result, print("%zu", clef_scope_set_len(scopes(step, "a"))));
}

VERB(scopes_contain)
{
    UNUSED;
    return give_text(result,
                     truth(clef_scope_set_contains(scopes(step, "a"), needed(step, "name"))));
}

VERB(scopes_subset)
{
    UNUSED;
    return give_text(result, truth(clef_scope_set_is_subset(scopes(step, "a"), scopes(step, "b"))));
}

VERB(scopes_equal)
{
    UNUSED;
    return give_text(result, truth(clef_scope_set_equals(scopes(step, "a"), scopes(step, "b"))));
}

/* Tokens */

static uint32_t token_flags(const struct step *step)
{
    return is_set(step, "pkce") ? CLEF_TOKEN_USES_PKCE : 0;
}

VERB(token_from_json)
{
    clef_token *token = NULL;
    clef_status status =
        clef_token_from_json(needed(step, "json"), token_flags(step), &token, error);
    return give(result, status, TOKEN, token);
}

VERB(token_from_tekore_config)
{
    clef_token *token = NULL;
    char *config = strdup(needed(step, "config"));
    for (char *end; (end = strstr(config, "\\n"));) {
        *end = '\n';
        memmove(end + 1, end + 2, strlen(end + 2) + 1);
    }
    clef_status status = clef_token_from_tekore_config(config, text(step, "section"),
                                                       token_flags(step), &token, error);
    free(config);
    return give(result, status, TOKEN, token);
}

VERB(with_authorised_at)
{
    clef_token *changed = NULL;
    clef_status status =
        clef_token_with_authorised_at(TOKEN_OF(step), number(step, "at", 0), &changed, error);
    return give(result, status, TOKEN, changed);
}

VERB(missing_scopes)
{
    clef_scope_set *missing = NULL;
    clef_status status =
        clef_token_missing_scopes(TOKEN_OF(step), scopes(step, "scopes"), &missing, error);
    return give_names(result, status, missing);
}

#endif
