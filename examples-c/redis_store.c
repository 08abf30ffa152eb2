/*
 * Tokens in Redis, for a fleet of servers: any number of processes share them, one at a time
 * changes one, and a process that dies blocks the others for no longer than a minute.
 *
 *     cc redis_store.c -lclef -lhiredis -lpthread -o redis_store
 *     CLIENT_ID=... CLIENT_SECRET=... ./redis_store 127.0.0.1 6379
 */
#include <clef.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The hash "clef:{key}" has the value, its version, and two fences: of the last lease, and of the
 * last change. The lock is a key of its own, "clef:{key}:lock", which Redis deletes in time.
 */
static const char LOCK[] = /* time to live */
    "if redis.call('EXISTS', KEYS[2]) == 1 then return false end "
    "local fence = redis.call('HINCRBY', KEYS[1], 'leased', 1) "
    "redis.call('SET', KEYS[2], fence, 'PX', ARGV[1]) "
    "return fence";

static const char UNLOCK[] = /* fence */
    "if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end "
    "return 1";

/* Only over the version that was read, and only by who has not lost the lock since. */
static const char SAVE[] = /* fence, version or "", value */
    "local is = redis.call('HMGET', KEYS[1], 'value', 'version', 'changed') "
    "if (is[1] and is[2] or '') ~= ARGV[2] then return false end "
    "if tonumber(ARGV[1]) < tonumber(is[3] or 0) then return false end "
    "redis.call('HSET', KEYS[1], 'value', ARGV[3], 'changed', ARGV[1]) "
    "return redis.call('HINCRBY', KEYS[1], 'version', 1)";

static const char REMOVE[] = /* fence */
    "if tonumber(ARGV[1]) < tonumber(redis.call('HGET', KEYS[1], 'changed') or 0) then "
    "return false end "
    "redis.call('HDEL', KEYS[1], 'value') "
    "redis.call('HSET', KEYS[1], 'changed', ARGV[1]) "
    "return 1";

struct redis {
    redisContext *connection;
    pthread_mutex_t mutex; /* several threads may use the store, and share the connection */
};

/* Has Redis run a script; NULL where that cannot be reached. */
static redisReply *eval(struct redis *redis, const char *script, const clef_store_task *task,
                        long long number, const char *version, const char *value)
{
    const char *key = clef_store_task_key(task);
    return redisCommand(redis->connection, "EVAL %s 2 clef:{%s} clef:{%s}:lock %lld %s %s", script,
                        key, key, number, version ? version : "", value ? value : "");
}

static redisReply *ask(struct redis *redis, clef_store_task *task)
{
    switch (clef_store_task_kind(task)) {
    case CLEF_STORE_TASK_LOAD:
        return redisCommand(redis->connection, "HMGET clef:{%s} value version",
                            clef_store_task_key(task));
    case CLEF_STORE_TASK_LOCK:
        return eval(redis, LOCK, task, clef_store_task_time_to_live_ms(task), NULL, NULL);
    case CLEF_STORE_TASK_UNLOCK:
        return eval(redis, UNLOCK, task, clef_store_task_fence(task), NULL, NULL);
    case CLEF_STORE_TASK_SAVE:
        return eval(redis, SAVE, task, clef_store_task_fence(task), clef_store_task_version(task),
                    clef_store_task_value(task));
    default:
        return eval(redis, REMOVE, task, clef_store_task_fence(task), NULL, NULL);
    }
}

static void set_answer(clef_store_task *task, const redisReply *reply)
{
    char version[32];
    switch (clef_store_task_kind(task)) {
    case CLEF_STORE_TASK_LOAD:
        if (reply->elements == 2 && reply->element[0]->str)
            (void)clef_store_task_set_value(task, reply->element[0]->str, reply->element[1]->str,
                                            NULL);
        break;
    case CLEF_STORE_TASK_LOCK:
        (void)clef_store_task_set_fence(task, reply->integer, NULL);
        break;
    case CLEF_STORE_TASK_SAVE:
        snprintf(version, sizeof version, "%lld", reply->integer);
        (void)clef_store_task_set_version(task, version, NULL);
    }
}

/* It answers in the call. A server with hiredis' asynchronous interface would answer later. */
static void run(void *user_data, clef_store_task *task)
{
    struct redis *redis = user_data;
    if (clef_store_task_kind(task) == CLEF_STORE_TASK_LIST) {
        clef_store_task_fail(task, CLEF_STATUS_UNSUPPORTED, NULL);
        return;
    }
    pthread_mutex_lock(&redis->mutex);
    if (redis->connection && redis->connection->err)
        (void)redisReconnect(redis->connection);
    redisReply *reply = ask(redis, task);
    pthread_mutex_unlock(&redis->mutex);

    if (!reply) {
        clef_store_task_fail(task, CLEF_STATUS_TRANSPORT, "Redis cannot be reached");
    } else if (reply->type == REDIS_REPLY_ERROR) {
        clef_store_task_fail(task, CLEF_STATUS_STORE, reply->str);
    } else if (reply->type == REDIS_REPLY_NIL) { /* the lock is taken, or another was quicker */
        clef_store_task_fail(task, CLEF_STATUS_BUSY, "another process changes this token");
    } else {
        set_answer(task, reply);
        clef_store_task_done(task);
    }
    freeReplyObject(reply);
}

int main(int argc, char **argv)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (argc != 3 || !client_id || !client_secret) {
        fprintf(stderr, "Set CLIENT_ID and CLIENT_SECRET, and give the host and port of Redis\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_token_store *store = NULL;
    clef_token *token = NULL;
    struct redis redis = {.connection = redisConnect(argv[1], atoi(argv[2]))};
    pthread_mutex_init(&redis.mutex, NULL);

    if (!redis.connection ||
        clef_credentials_new(client_id, client_secret, NULL, NULL, &plain, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
            CLEF_STATUS_OK ||
        clef_token_store_new_custom(run, &redis, NULL, &store, &error) != CLEF_STATUS_OK)
        goto done;

    clef_status status = clef_token_store_load(store, credentials, NULL, &token, &error);
    if (status == CLEF_STATUS_NOT_FOUND) {
        clef_error_free(error);
        error = NULL;
    } else if (status != CLEF_STATUS_OK) {
        goto done;
    }
    bool is_good = token && !clef_token_is_expiring(token);
    if (!is_good) {
        clef_token_free(token);
        if (clef_credentials_request_client_token(credentials, &token, &error) != CLEF_STATUS_OK ||
            clef_token_store_save(store, credentials, NULL, token, &error) != CLEF_STATUS_OK)
            goto done;
    }
    printf("Access token, %s: %.4s..., for %lld seconds\n",
           is_good ? "as Redis has it" : "a new one", clef_token_access_token(token),
           (long long)clef_token_expires_in(token));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_token_free(token);
    clef_token_store_free(store); /* nothing calls `run` any more */
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    if (redis.connection)
        redisFree(redis.connection);
    pthread_mutex_destroy(&redis.mutex);
    return exit_status;
}
