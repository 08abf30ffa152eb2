/* The verbs for the sandbox, its users, and plain texts. */
#ifndef VERBS_SANDBOX_H
#define VERBS_SANDBOX_H

#include "verb.h"

#include <time.h>

/* The sandbox */

VERB(sandbox_settings)
{
    UNUSED;
    sandbox_settings(needed(step, "json"));
    return CLEF_STATUS_OK;
}

VERB(sandbox_fault)
{
    UNUSED;
    sandbox_fault(needed(step, "json"));
    return CLEF_STATUS_OK;
}

VERB(sandbox_clear_faults)
{
    UNUSED;
    sandbox_clear_faults();
    return CLEF_STATUS_OK;
}

VERB(sandbox_clock)
{
    UNUSED;
    char *json = print("{\"advance\": %lld}", number(step, "advance", 0));
    sandbox_admin("POST", "/sandbox/clock", json);
    free(json);
    return CLEF_STATUS_OK;
}

VERB(sandbox_revoke)
{
    UNUSED;
    sandbox_admin("POST", "/sandbox/revoke", "{}");
    return CLEF_STATUS_OK;
}

VERB(sandbox_count)
{
    UNUSED;
    return give_text(result, print("%d", sandbox_count(text(step, "grant_type"))));
}

VERB(sandbox_await)
{
    UNUSED;
    const struct timespec pause = {.tv_nsec = 20000000};
    const long long wanted = number(step, "count", 0);
    for (int tries = 0; sandbox_count(text(step, "grant_type")) < wanted; tries++) {
        if (tries == 1000) {
            complain(step->play, "the sandbox did not get its %lld requests", wanted);
            break;
        }
        nanosleep(&pause, NULL);
    }
    return CLEF_STATUS_OK;
}

VERB(log_in)
{
    UNUSED;
    const char *decision = text(step, "decision");
    return give_text(result,
                     sandbox_log_in_as(needed(step, "url"), decision ? decision : "approve"));
}

VERB(web_api)
{
    UNUSED;
    char *header = print("Authorization: Bearer %s\r\n", needed(step, "access_token"));
    char *answer = sandbox_request_with("GET", "/v1/me", header, "");
    *result = text_value(print("%d", status_of(answer)));
    free(answer);
    free(header);
    return CLEF_STATUS_OK;
}

VERB(visit)
{
    UNUSED;
    char *answer = visit(needed(step, "url"));
    *result = text_value(print("%d", status_of(answer)));
    free(answer);
    return CLEF_STATUS_OK;
}

/* Texts and files */

VERB(text)
{
    UNUSED;
    return give_text(result, strdup(needed(step, "value")));
}

VERB(between)
{
    UNUSED;
    const char *after = needed(step, "after");
    const char *from = strstr(needed(step, "text"), after);
    if (!from)
        complain(step->play, "there is no %s", after);
    from = from ? from + strlen(after) : "";
    const char *to = strstr(from, needed(step, "before"));
    return give_text(result, to ? strndup(from, (size_t)(to - from)) : strdup(from));
}

VERB(now)
{
    UNUSED;
    return give_text(result, print("%lld", (long long)time(NULL)));
}

VERB(sum)
{
    UNUSED;
    return give_text(result, print("%lld", number(step, "a", 0) + number(step, "b", 0)));
}

VERB(write_file)
{
    UNUSED;
    FILE *file = fopen(needed(step, "path"), "w");
    if (!file || fputs(needed(step, "text"), file) < 0 || fclose(file) != 0)
        complain(step->play, "cannot write the file");
    return CLEF_STATUS_OK;
}

#endif
