/* How a verb of README.md is written: by the calls that a C program would make. */
#ifndef VERB_H
#define VERB_H

#include "host.h"

/* The outcome of a verb: a status with its error, and what it gives where that is OK. */
#define VERB(name) \
    static clef_status verb_##name(struct step *step, struct value *result, clef_error **error)

/* For verbs that do not need all of these. */
#define UNUSED ((void)step, (void)result, (void)error)

/* Objects that every other verb takes. */
#define CREDENTIALS_OF(step) ((const clef_credentials *)object(step, "credentials", CREDENTIALS))
#define TOKEN_OF(step) ((const clef_token *)object(step, "token", TOKEN))
#define REFRESHING_OF(step) ((const clef_refreshing_token *)object(step, "token", REFRESHING))
#define AUTH_OF(step) ((const clef_user_auth *)object(step, "auth", AUTH))
#define STORE_OF(step) ((const clef_token_store *)object(step, "store", STORE))
#define REQUEST_OF(step) ((const clef_http_request *)object(step, "request", REQUEST))
#define LISTENER_OF(step) ((clef_redirect_listener *)object(step, "listener", LISTENER))

#endif
