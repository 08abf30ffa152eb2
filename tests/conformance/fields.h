/* The fields of what a name stands for, as texts. */
#ifndef FIELDS_H
#define FIELDS_H

#include "play.h"

static inline char *credentials_field(const clef_credentials *credentials, const char *field)
{
    if (strcmp(field, "client_id") == 0)
        return text_or_none(clef_credentials_client_id(credentials));
    if (strcmp(field, "redirect_uri") == 0)
        return text_or_none(clef_credentials_redirect_uri(credentials));
    return NULL;
}

static inline char *header_of(const clef_http_request *request, const char *name)
{
    for (size_t i = 0; i < clef_http_request_header_count(request); i++)
        if (strcasecmp(clef_http_request_header_name(request, i), name) == 0)
            return text_or_none(clef_http_request_header_value(request, i));
    return text_or_none(NULL);
}

static inline char *request_field(const clef_http_request *request, const char *field)
{
    if (strcmp(field, "method") == 0)
        return text_or_none(clef_http_request_method(request));
    if (strcmp(field, "url") == 0)
        return text_or_none(clef_http_request_url(request));
    if (strcmp(field, "body") == 0)
        return text_or_none(clef_http_request_body(request, NULL));
    if (strcmp(field, "may_repeat") == 0)
        return truth(clef_http_request_may_repeat(request));
    if (strcmp(field, "authorization") == 0)
        return header_of(request, "Authorization");
    if (strcmp(field, "content_type") == 0)
        return header_of(request, "Content-Type");
    return NULL;
}

static inline char *token_field(const clef_token *token, const char *field)
{
    if (strcmp(field, "access_token") == 0)
        return text_or_none(clef_token_access_token(token));
    if (strcmp(field, "refresh_token") == 0)
        return text_or_none(clef_token_refresh_token(token));
    if (strcmp(field, "token_type") == 0)
        return text_or_none(clef_token_token_type(token));
    if (strcmp(field, "scopes") == 0)
        return names_of(clef_token_scopes(token));
    if (strcmp(field, "expires_at") == 0)
        return point_in_time(clef_token_expires_at(token));
    if (strcmp(field, "expires_in") == 0)
        return seconds(clef_token_expires_in(token));
    if (strcmp(field, "is_expiring") == 0)
        return truth(clef_token_is_expiring(token));
    if (strcmp(field, "uses_pkce") == 0)
        return truth(clef_token_uses_pkce(token));
    if (strcmp(field, "authorised_at") == 0)
        return point_in_time(clef_token_authorised_at(token));
    if (strcmp(field, "grant_expires_at") == 0)
        return point_in_time(clef_token_grant_expires_at(token));
    char *json = NULL;
    if (strcmp(field, "json") == 0 && clef_token_to_json(token, &json, NULL) == CLEF_STATUS_OK)
        return owned(json);
    return NULL;
}

static inline char *client_id_of(const clef_refreshing_token *token)
{
    clef_credentials *credentials = clef_refreshing_token_credentials(token);
    char *id = text_or_none(clef_credentials_client_id(credentials));
    clef_credentials_free(credentials);
    return id;
}

static inline char *scopes_of(const clef_refreshing_token *token)
{
    clef_scope_set *scopes = NULL;
    if (clef_refreshing_token_scopes(token, &scopes, NULL) != CLEF_STATUS_OK)
        return NULL;
    char *names = names_of(scopes);
    clef_scope_set_free(scopes);
    return names;
}

static inline char *last_error_of(const clef_refreshing_token *token)
{
    clef_error *last = NULL;
    if (clef_refreshing_token_last_error(token, &last, NULL) != CLEF_STATUS_OK)
        return NULL;
    char *name = text_or_none(last ? short_status(clef_error_status(last)) : NULL);
    clef_error_free(last);
    return name;
}

static inline char *refreshing_field(const clef_refreshing_token *token, const char *field)
{
    char *text = NULL;
    if (strcmp(field, "refresh_token") == 0 &&
        clef_refreshing_token_refresh_token(token, &text, NULL) == CLEF_STATUS_OK)
        return owned(text);
    if (strcmp(field, "token_type") == 0 &&
        clef_refreshing_token_token_type(token, &text, NULL) == CLEF_STATUS_OK)
        return owned(text);
    if (strcmp(field, "scopes") == 0)
        return scopes_of(token);
    if (strcmp(field, "uses_pkce") == 0)
        return truth(clef_refreshing_token_uses_pkce(token));
    if (strcmp(field, "expires_at") == 0)
        return point_in_time(clef_refreshing_token_expires_at(token));
    if (strcmp(field, "expires_in") == 0)
        return seconds(clef_refreshing_token_expires_in(token));
    if (strcmp(field, "is_expiring") == 0)
        return truth(clef_refreshing_token_is_expiring(token));
    if (strcmp(field, "last_error") == 0)
        return last_error_of(token);
    if (strcmp(field, "client_id") == 0)
        return client_id_of(token);
    return NULL;
}

static inline char *auth_field(const clef_user_auth *auth, const char *field)
{
    if (strcmp(field, "url") == 0)
        return text_or_none(clef_user_auth_url(auth));
    if (strcmp(field, "state") == 0)
        return text_or_none(clef_user_auth_state(auth));
    if (strcmp(field, "verifier") == 0)
        return text_or_none(clef_user_auth_verifier(auth));
    return NULL;
}

static inline char *custom_field(struct custom *custom, const char *field)
{
    char *text = NULL;
    pthread_mutex_lock(&custom->lock);
    if (strcmp(field, "count") == 0)
        text = print("%d", custom->count);
    else if (strcmp(field, "last_method") == 0)
        text = text_or_none(custom->last_method);
    else if (strcmp(field, "last_url") == 0)
        text = text_or_none(custom->last_url);
    else if (strcmp(field, "last_body") == 0)
        text = text_or_none(custom->last_body);
    pthread_mutex_unlock(&custom->lock);
    return text;
}

static inline char *listening_field(struct listening *listening, const char *field)
{
    char *text = NULL;
    pthread_mutex_lock(&listening->lock);
    if (strcmp(field, "events") == 0)
        text = text_or_none(listening->events);
    else if (strcmp(field, "access_token") == 0)
        text = text_or_none(listening->access_token);
    else if (strcmp(field, "status") == 0)
        text = text_or_none(listening->status ? short_status(listening->status) : NULL);
    pthread_mutex_unlock(&listening->lock);
    return text;
}

static inline char *accounts_field(const clef_accounts *accounts, const char *field)
{
    size_t count = clef_accounts_len(accounts);
    if (strcmp(field, "count") == 0)
        return print("%zu", count);
    if (strcmp(field, "names") != 0)
        return NULL;
    char *names = strdup("");
    for (size_t i = 0; i < count; i++) {
        char *longer = print("%s%s%s", names, i ? "|" : "", clef_accounts_get(accounts, i));
        free(names);
        names = longer;
    }
    return names;
}

static inline char *authorisation_field(const struct authorisation *authorisation,
                                        const char *field)
{
    if (strcmp(field, "url") == 0)
        return text_or_none(authorisation->url);
    if (strcmp(field, "verifier") == 0)
        return text_or_none(authorisation->verifier);
    return NULL;
}

/* The field of an object, to be freed; NULL where it has none of this name. */
static inline char *field_of(struct value value, const char *field)
{
    struct sender *sender = value.object;
    switch (value.kind) {
    case CREDENTIALS:
        return credentials_field(value.object, field);
    case AUTHORISATION:
        return authorisation_field(value.object, field);
    case SENDER:
        return sender->custom ? custom_field(sender->custom, field) : NULL;
    case REQUEST:
        return request_field(value.object, field);
    case TOKEN:
        return token_field(value.object, field);
    case REFRESHING:
        return refreshing_field(value.object, field);
    case AUTH:
        return auth_field(value.object, field);
    case LISTENING:
        return listening_field(value.object, field);
    case ACCOUNTS:
        return accounts_field(value.object, field);
    case LISTENER:
        return strcmp(field, "uri") == 0 ? text_or_none(clef_redirect_listener_uri(value.object))
                                         : NULL;
    case NOTHING:
    case TEXT:
    case STORE:
    case WORK:
        break;
    }
    return NULL;
}

/* The text of a name, or of a name and a field of it, to be freed. */
static inline char *text_of(struct play *play, char *reference)
{
    char *field = strchr(reference, '.');
    if (field)
        *field++ = '\0';
    struct value *value = value_named(play, reference);
    char *text = NULL;
    if (value && field)
        text = field_of(*value, field);
    else if (value && value->kind == TEXT)
        text = strdup(value->object);
    if (!text)
        complain(play, "%s%s%s is no text", reference, field ? "." : "", field ? field : "");
    return text ? text : strdup("");
}

/* The word with its names replaced, to be freed. */
static inline char *replace_names(struct play *play, const char *word)
{
    char *done = strdup("");
    for (const char *begin; (begin = strstr(word, "${"));) {
        const char *end = strchr(begin, '}');
        if (!end) {
            complain(play, "%s has no end", begin);
            break;
        }
        char *reference = strndup(begin + 2, (size_t)(end - begin) - 2);
        char *text = text_of(play, reference);
        char *longer = print("%s%.*s%s", done, (int)(begin - word), word, text);
        free(reference);
        free(text);
        free(done);
        done = longer;
        word = end + 1;
    }
    char *whole = print("%s%s", done, word);
    free(done);
    return whole;
}

#endif
