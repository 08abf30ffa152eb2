/* The verbs for credentials, who carries their requests, and token requests. */
#ifndef VERBS_REQUESTS_H
#define VERBS_REQUESTS_H

#include "verb.h"

#include <time.h>

/* Senders */

static clef_status give_sender(struct value *result, clef_status status, clef_sender *sender,
                               struct custom *custom)
{
    if (status != CLEF_STATUS_OK)
        return status;
    struct sender *both = malloc(sizeof *both);
    *both = (struct sender){sender, custom};
    return give(result, status, SENDER, both);
}

/* The sender of this argument, NULL where it is left out. */
static clef_sender *sender_of(const struct step *step, const char *name)
{
    struct sender *sender = text(step, name) ? object(step, name, SENDER) : NULL;
    return sender ? sender->sender : NULL;
}

VERB(http_sender)
{
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_status status = CLEF_STATUS_OK;
    if (text(step, "timeout_ms"))
        status = clef_http_config_set_timeout(config, number(step, "timeout_ms", 0), error);
    if (status == CLEF_STATUS_OK && text(step, "connect_timeout_ms"))
        status = clef_http_config_set_connect_timeout(config, number(step, "connect_timeout_ms", 0),
                                                      error);
    if (status == CLEF_STATUS_OK && text(step, "user_agent"))
        status = clef_http_config_set_user_agent(config, text(step, "user_agent"), error);
    if (status == CLEF_STATUS_OK)
        status = clef_sender_new_http(config, &sender, error);
    clef_http_config_free(config);
    return give_sender(result, status, sender, NULL);
}

VERB(retrying_sender)
{
    clef_sender *sender = NULL;
    clef_status status =
        clef_sender_new_retrying(sender_of(step, "sender"), (uint32_t)number(step, "retries", 0),
                                 number(step, "max_wait_ms", 0), &sender, error);
    return give_sender(result, status, sender, NULL);
}

static void add_header(const struct step *step, const char *name, clef_http_response *response)
{
    const char *header = text(step, name);
    if (!header)
        return;
    const char *colon = strstr(header, ": ");
    char *key = strndup(header, colon ? (size_t)(colon - header) : 0);
    if (!colon || clef_http_response_add_header(response, key, colon + 2, NULL) != CLEF_STATUS_OK)
        complain(step->play, "%s is no header", header);
    free(key);
}

/* The answer that is made up in this step. */
static clef_http_response *made_up_response(const struct step *step)
{
    clef_http_response *response = NULL;
    const char *body = text(step, "body");
    if (clef_http_response_new((int32_t)number(step, "status", 0), (const uint8_t *)body,
                               body ? strlen(body) : 0, &response, NULL) != CLEF_STATUS_OK)
        complain(step->play, "that is no response");
    add_header(step, "header", response);
    add_header(step, "header2", response);
    return response;
}

VERB(custom_sender)
{
    struct custom *custom = keep(step->play, calloc(1, sizeof *custom), free_custom);
    pthread_mutex_init(&custom->lock, NULL);
    if (text(step, "failure")) {
        custom->failure = status_named(step->play, text(step, "failure"));
        custom->flags = is_set(step, "sent") ? CLEF_EXCHANGE_SENT : 0;
        custom->message = text(step, "message") ? strdup(text(step, "message")) : NULL;
    } else if (text(step, "forward")) {
        custom->forward = clef_sender_clone(sender_of(step, "forward"));
    } else if (!(custom->carries = is_set(step, "carry"))) {
        custom->answer = made_up_response(step);
    }
    clef_sender *sender = NULL;
    clef_status status = clef_sender_new_custom(custom_send, custom, NULL, 30000, &sender, error);
    return give_sender(result, status, sender, custom);
}

/* Credentials */

/* The value of an argument that is `none` for NULL. */
static const char *nullable(const struct step *step, const char *name, const char *otherwise)
{
    const char *value = text(step, name);
    if (!value)
        return otherwise;
    return strcmp(value, "none") == 0 ? NULL : value;
}

VERB(credentials)
{
    clef_credentials *plain = NULL, *changed = NULL;
    const char *accounts_url = nullable(step, "accounts_url", sandbox_url);
    clef_status status =
        clef_credentials_new(nullable(step, "client_id", SANDBOX_CLIENT_ID), text(step, "secret"),
                             nullable(step, "redirect_uri", SANDBOX_REDIRECT_URI),
                             sender_of(step, "sender"), &plain, error);
    if (status != CLEF_STATUS_OK || !accounts_url)
        return give(result, status, CREDENTIALS, plain);
    status = clef_credentials_with_accounts_url(plain, accounts_url, &changed, error);
    clef_credentials_free(plain);
    return give(result, status, CREDENTIALS, changed);
}

VERB(with_redirect_uri)
{
    clef_credentials *changed = NULL;
    clef_status status = clef_credentials_with_redirect_uri(
        CREDENTIALS_OF(step), needed(step, "redirect_uri"), &changed, error);
    return give(result, status, CREDENTIALS, changed);
}

VERB(with_accounts_url)
{
    clef_credentials *changed = NULL;
    clef_status status = clef_credentials_with_accounts_url(
        CREDENTIALS_OF(step), needed(step, "accounts_url"), &changed, error);
    return give(result, status, CREDENTIALS, changed);
}

VERB(user_authorisation_url)
{
    char *url = NULL;
    clef_status status =
        clef_credentials_user_authorisation_url(CREDENTIALS_OF(step), scopes(step, "scopes"),
                                                text(step, "state"), auth_flags(step), &url, error);
    return give_string(result, status, url);
}

VERB(pkce_user_authorisation)
{
    struct authorisation *authorisation = calloc(1, sizeof *authorisation);
    clef_status status = clef_credentials_pkce_user_authorisation(
        CREDENTIALS_OF(step), scopes(step, "scopes"), text(step, "state"),
        (size_t)number(step, "verifier_bytes", 32), auth_flags(step), &authorisation->url,
        &authorisation->verifier, error);
    if (status != CLEF_STATUS_OK)
        free(authorisation);
    return give(result, status, AUTHORISATION, authorisation);
}

/* Token requests */

/* One that may go through refreshing credentials: `plain` asks `credentials` for `token`, `other`
 * asks `refreshing` for `self_refreshing`. */
#define REQUEST_TOKEN(name, plain, other) \
    VERB(name) \
    { \
        const clef_credentials *credentials = CREDENTIALS_OF(step); \
        clef_refreshing_credentials *refreshing = NULL; \
        clef_token *token = NULL; \
        clef_refreshing_token *self_refreshing = NULL; \
        clef_status status; \
        if (!is_set(step, "refreshing")) { \
            status = plain; \
            return give(result, status, TOKEN, token); \
        } \
        status = clef_refreshing_credentials_new(credentials, &refreshing, error); \
        if (status == CLEF_STATUS_OK) \
            status = other; \
        clef_refreshing_credentials_free(refreshing); \
        return give(result, status, REFRESHING, self_refreshing); \
    }

REQUEST_TOKEN(request_client_token,
              clef_credentials_request_client_token(credentials, &token, error),
              clef_refreshing_credentials_request_client_token(refreshing, &self_refreshing, error))

REQUEST_TOKEN(request_user_token,
              clef_credentials_request_user_token(credentials, needed(step, "code"), &token, error),
              clef_refreshing_credentials_request_user_token(refreshing, needed(step, "code"),
                                                             &self_refreshing, error))

REQUEST_TOKEN(request_pkce_token,
              clef_credentials_request_pkce_token(credentials, needed(step, "code"),
                                                  needed(step, "verifier"), &token, error),
              clef_refreshing_credentials_request_pkce_token(refreshing, needed(step, "code"),
                                                             needed(step, "verifier"),
                                                             &self_refreshing, error))

REQUEST_TOKEN(refresh_user_token,
              clef_credentials_refresh_user_token(credentials, needed(step, "refresh_token"),
                                                  &token, error),
              clef_refreshing_credentials_refresh_user_token(refreshing,
                                                             needed(step, "refresh_token"),
                                                             &self_refreshing, error))

REQUEST_TOKEN(refresh_pkce_token,
              clef_credentials_refresh_pkce_token(credentials, needed(step, "refresh_token"),
                                                  &token, error),
              clef_refreshing_credentials_refresh_pkce_token(refreshing,
                                                             needed(step, "refresh_token"),
                                                             &self_refreshing, error))

VERB(refresh)
{
    clef_token *token = NULL;
    clef_status status =
        clef_credentials_refresh(CREDENTIALS_OF(step), TOKEN_OF(step), &token, error);
    return give(result, status, TOKEN, token);
}

/* A request that is not sent yet: `call` gives it to `request`. */
#define PREPARE(name, call) \
    VERB(name) \
    { \
        clef_http_request *request = NULL; \
        clef_status status = call; \
        return give(result, status, REQUEST, request); \
    }

PREPARE(prepare_client_token,
        clef_credentials_prepare_client_token(CREDENTIALS_OF(step), &request, error))

PREPARE(prepare_user_token,
        clef_credentials_prepare_user_token(CREDENTIALS_OF(step), needed(step, "code"), &request,
                                            error))

PREPARE(prepare_pkce_token,
        clef_credentials_prepare_pkce_token(CREDENTIALS_OF(step), needed(step, "code"),
                                            needed(step, "verifier"), &request, error))

PREPARE(prepare_refresh_user_token,
        clef_credentials_prepare_refresh_user_token(CREDENTIALS_OF(step),
                                                    needed(step, "refresh_token"), &request, error))

PREPARE(prepare_refresh_pkce_token,
        clef_credentials_prepare_refresh_pkce_token(CREDENTIALS_OF(step),
                                                    needed(step, "refresh_token"), &request, error))

PREPARE(prepare_refresh,
        clef_credentials_prepare_refresh(CREDENTIALS_OF(step), TOKEN_OF(step), &request, error))

PREPARE(prepare_token, clef_user_auth_prepare_token(AUTH_OF(step), needed(step, "code"),
                                                    needed(step, "state"), &request, error))

PREPARE(prepare_token_from_url,
        clef_user_auth_prepare_token_from_url(AUTH_OF(step), needed(step, "url"), &request, error))

VERB(send)
{
    clef_token *token = NULL;
    clef_status status = clef_http_request_send(REQUEST_OF(step), &token, error);
    return give(result, status, TOKEN, token);
}

VERB(carry)
{
    const clef_http_request *request = REQUEST_OF(step);
    clef_token *token = NULL;
    if (!request)
        return CLEF_STATUS_OK;
    const int64_t sent_at = time(NULL);
    clef_http_response *response = carry_to_sandbox(request);
    clef_status status = clef_http_request_finish(request, sent_at, response, &token, error);
    clef_http_response_free(response);
    return give(result, status, TOKEN, token);
}

VERB(finish)
{
    clef_token *token = NULL;
    clef_http_response *response = made_up_response(step);
    clef_status status =
        clef_http_request_finish(REQUEST_OF(step), CLEF_TIME_UNKNOWN, response, &token, error);
    clef_http_response_free(response);
    return give(result, status, TOKEN, token);
}

VERB(shortcut_client_token)
{
    clef_refreshing_token *token = NULL;
    clef_status status =
        clef_request_client_token(needed(step, "client_id"), needed(step, "secret"),
                                  sender_of(step, "sender"), &token, error);
    return give(result, status, REFRESHING, token);
}

VERB(shortcut_refresh_user_token)
{
    clef_refreshing_token *token = NULL;
    clef_status status = clef_refresh_user_token(needed(step, "client_id"), needed(step, "secret"),
                                                 needed(step, "refresh_token"),
                                                 sender_of(step, "sender"), &token, error);
    return give(result, status, REFRESHING, token);
}

VERB(shortcut_refresh_pkce_token)
{
    clef_refreshing_token *token = NULL;
    clef_status status =
        clef_refresh_pkce_token(needed(step, "client_id"), needed(step, "refresh_token"),
                                sender_of(step, "sender"), &token, error);
    return give(result, status, REFRESHING, token);
}

#endif
