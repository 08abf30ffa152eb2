/* Makes the mistake that its argument names, for tests/all/planted_bugs.rs. */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static clef_token *make_token(void)
{
    clef_token *token = NULL;
    if (clef_token_from_json("{\"access_token\": \"a\"}", 0, &token, NULL) != CLEF_STATUS_OK) {
        fprintf(stderr, "no token\n");
        exit(2);
    }
    return token;
}

int main(int argc, char **argv)
{
    const char *mistake = argc > 1 ? argv[1] : "";
    clef_token *token = make_token();
    if (strcmp(mistake, "nothing") == 0) {
        clef_token_free(token);
    } else if (strcmp(mistake, "read-after-free") == 0) {
        clef_token_free(token);
        printf("%lld\n", (long long)clef_token_expires_at(token));
    } else if (strcmp(mistake, "free-twice") == 0) {
        clef_token_free(token);
        clef_token_free(token);
    } else if (strcmp(mistake, "leak") == 0) {
        /* Many, since a stale copy of the last pointer may hide that one. */
        for (int i = 0; i < 100; i++)
            token = make_token();
        clef_token_free(token);
    } else {
        fprintf(stderr, "usage: %s nothing|read-after-free|free-twice|leak\n", argv[0]);
        return 2;
    }
    return 0;
}
