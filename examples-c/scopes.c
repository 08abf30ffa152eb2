/*
 * Scopes say what a program may do for a user. Ask for no more than you need: users read the list.
 * No network and no settings, so this is a good first program to build:
 *
 *     cc scopes.c -lclef -o scopes && ./scopes
 */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_scope_set *playback = NULL, *mine = NULL, *new_one = NULL, *all = NULL, *missing = NULL;

    /* From constants, which the compiler checks; */
    const clef_scope scopes[] = {CLEF_SCOPE_USER_READ_PLAYBACK_STATE,
                                 CLEF_SCOPE_USER_MODIFY_PLAYBACK_STATE};
    if (clef_scope_set_of(scopes, sizeof scopes / sizeof *scopes, &playback, &error) !=
        CLEF_STATUS_OK)
        goto done;

    /* or from text, for scopes that are newer than this version of clef. */
    if (clef_scope_set_parse("user-read-email a-scope-of-tomorrow", &new_one, &error) !=
        CLEF_STATUS_OK)
        goto done;

    /* A set never changes: every operation gives a new one, which is yours to free. */
    if (clef_scope_set_union(playback, new_one, &mine, &error) != CLEF_STATUS_OK)
        goto done;
    printf("A program that asks for: %s\n", clef_scope_set_to_string(mine));
    for (size_t i = 0; i < clef_scope_set_len(mine); i++)
        printf("  %zu. %s\n", i + 1, clef_scope_set_get(mine, i));
    printf("May read the e-mail address: %s\n",
           clef_scope_set_contains(mine, "user-read-email") ? "yes" : "no");

    /* Do this with what a user allowed, clef_token_scopes, to see what is still to ask for. */
    if (clef_scope_set_difference(mine, playback, &missing, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Beyond the player it wants: %s\n", clef_scope_set_to_string(missing));

    all = clef_scope_set_every();
    printf("The Web API has %zu scopes; all of ours among them: %s\n", clef_scope_set_len(all),
           clef_scope_set_is_subset(mine, all) ? "yes" : "no");
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s\n", clef_error_message(error));
    clef_error_free(error);
    clef_scope_set_free(playback);
    clef_scope_set_free(new_one);
    clef_scope_set_free(mine);
    clef_scope_set_free(missing);
    clef_scope_set_free(all);
    return exit_status;
}
