/* clef and another static library from Rust in one program, in turns. */
#include <clef.h>
#include <stdio.h>

int other_panics(void);

int main(void)
{
    for (int turn = 1; turn <= 3; turn++) {
        clef_scope_set *scopes = NULL;
        if (other_panics() != turn)
            return 1;
        if (clef_scope_set_parse("streaming user-read-email", &scopes, NULL) != CLEF_STATUS_OK)
            return 2;
        printf("%s\n", clef_scope_set_to_string(scopes));
        clef_scope_set_free(scopes);
    }
    return 0;
}
