/* A host that loads the library, has work under way in every state, and unloads it, over and over. */
#include "loaded.h"
#include "under_way.h"
#include "watched.h"

#define OPERATIONS 16

/* The first rounds fill the caches of the allocator. */
#define WARM_UP 20

static const char *library_file;

static bool is_mapped(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps)
        sandbox_die("no /proc/self/maps");
    char line[5000];
    bool found = false;
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, "libclef") != NULL;
    fclose(maps);
    return found;
}

static long resident_kb(void)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    long pages = 0;
    if (!statm || fscanf(statm, "%*d %ld", &pages) != 1)
        sandbox_die("no /proc/self/statm");
    fclose(statm);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Has a keeper at work too, which is no operation. */
static clef_refreshing_token *kept_fresh(const clef_runtime *runtime, const struct places *places)
{
    clef_credentials *credentials = credentials_at(places->silent.url, NULL);
    clef_token *token = NULL;
    clef_refreshing_token *kept = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json("{\"access_token\": \"a\", \"refresh_token\": \"r\"}", 0, &token,
                                  &error));
    CHECK_OK(clef_refreshing_token_new(token, credentials, &kept, &error));
    CHECK_OK(clef_refreshing_token_keep_fresh(kept, runtime, &error));
    clef_token_free(token);
    clef_credentials_free(credentials);
    return kept;
}

static void one_round(const struct places *places)
{
    struct under_way all[OPERATIONS] = {0};
    clef_runtime *runtime = NULL;
    clef_error *error = NULL;
    void *library = load(library_file);
    CHECK_OK(clef_runtime_new(&runtime, &error));
    clef_refreshing_token *kept = kept_fresh(runtime, places);
    /* The last states come once, since nobody pumps after them. */
    for (int i = 0; i < OPERATIONS; i++) {
        int state = i - (OPERATIONS - STATE_COUNT);
        STATES[state < 0 ? i : state].begin(&all[i], runtime, places);
    }
    CHECK(clef_threads() > 1);

    clef_runtime_free(runtime);
    for (int i = 0; i < OPERATIONS; i++) {
        check_cancelled(&all[i]);
        end_under_way(&all[i]);
    }
    clef_refreshing_token_free(kept);
    sandbox_clear_faults();
    if (dlclose(library) != 0)
        loaded_die("dlclose");
    /* As the README says: a look-up may come back into it. */
    CHECK(is_mapped());
    UNTIL(clef_threads() == 0);
}

/* The look-up comes back into a library that was unloaded. */
static void a_lookup_that_hangs_survives(void)
{
    struct under_way lookup = {0};
    clef_runtime *runtime = NULL;
    clef_error *error = NULL;
    void *library = load(library_file);
    CHECK_OK(clef_runtime_new(&runtime, &error));
    start_looking_up(&lookup, runtime, NULL);
    clef_runtime_free(runtime);
    check_cancelled(&lookup);
    end_under_way(&lookup);
    if (dlclose(library) != 0)
        loaded_die("dlclose");
    UNTIL(clef_threads() == 1);
    CHECK_INT(count_threads(looks_up), 1);
    let_lookups_end(true);
    UNTIL(clef_threads() == 0);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    /* What waits for ever fails. */
    alarm(300);
    sandbox_url = argv[1];
    library_file = argv[2];
    int rounds = atoi(argv[3]);
    struct places places = open_places();
    long resident = 0;
    for (int round = 0; round < rounds && check_failures == 0; round++) {
        one_round(&places);
        if (round == WARM_UP)
            resident = resident_kb();
    }
    close_places(&places);
    RUN(a_lookup_that_hangs_survives);
    if (!is_watched()) {
        long more = resident_kb() - resident;
        printf("   %ld KB more resident since round %d\n", more, WARM_UP);
        CHECK(rounds >= 2 * WARM_UP);
        CHECK(more < 1024);
    }
    printf("%s %d rounds of %d operations\n", check_failures ? "FAILED" : "ok", rounds, OPERATIONS);
    return check_exit();
}
