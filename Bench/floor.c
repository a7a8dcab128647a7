/* The floor of the bench: what libfcgi and SQLite cost when nothing else is done.
 *
 * It answers the requests that the bench sends, and only those: no authentication, no JSON
 * parsing (strstr finds what is needed), no validation, no audit entry, no event. A change is
 * one transaction on a WAL database with synchronous=FULL, as in Roster. One process, one
 * request at a time; file descriptor 0 is the listening socket, FLOOR_DATABASE names the file.
 */
#define _GNU_SOURCE
#include <fcgiapp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

enum { USER = 1, GROUP = 2, PAGE = 100, BODY_BYTES_MAX = 1 << 20 };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS resource("
    " rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type INTEGER NOT NULL,"
    " user_name TEXT UNIQUE, version INTEGER NOT NULL, json TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS member("
    " group_rowid INTEGER, member_rowid INTEGER, PRIMARY KEY(group_rowid, member_rowid)"
    ") WITHOUT ROWID;";

static const char conflict[] = "{\"status\":\"409\"}";
static const char failure[] = "{\"status\":\"500\"}";
static const char missing[] = "{\"status\":\"404\"}";
static const char listHead[] =
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],";

static sqlite3 *database;
static sqlite3_stmt *begin, *commit, *rollback, *selectById, *selectByName, *selectPage,
    *selectTotal, *insertResource, *updateJSON, *insertMember;
static FCGX_Request request;
static char body[BODY_BYTES_MAX + 1];
static char text[BODY_BYTES_MAX + 1024]; /* a body, and what an answer adds to it */

static void require(int result, int expected) {
    if (result == expected) return;
    fprintf(stderr, "floor: %s\n", database ? sqlite3_errmsg(database) : "out of memory");
    exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    require(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL),
            SQLITE_OK);
    return statement;
}

static void openDatabase(const char *path) {
    require(sqlite3_open(path, &database), SQLITE_OK);
    require(sqlite3_busy_timeout(database, 5000), SQLITE_OK);
    require(sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", 0, 0, 0),
            SQLITE_OK);
    require(sqlite3_exec(database, schema, 0, 0, 0), SQLITE_OK);
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    rollback = prepare("ROLLBACK");
    selectById = prepare("SELECT json FROM resource WHERE id = ?");
    selectByName = prepare("SELECT json FROM resource WHERE user_name = ?");
    selectPage = prepare("SELECT json FROM resource WHERE type = 1 ORDER BY rowid LIMIT ?");
    /* Nothing is ever deleted here, so this is the cheapest number that stands for a count. */
    selectTotal = prepare("SELECT max(rowid) FROM resource");
    insertResource = prepare(
        "INSERT INTO resource(id, type, user_name, version, json) VALUES(?, ?, ?, 1, ?)");
    updateJSON = prepare("UPDATE resource SET json = ?, version = version + 1 WHERE id = ?");
    insertMember = prepare(
        "INSERT OR IGNORE INTO member(group_rowid, member_rowid)"
        " SELECT g.rowid, m.rowid FROM resource g, resource m WHERE g.id = ?1 AND m.id = ?2");
}

/* Binds text parameters from the first on (the last argument is NULL) and takes one step. */
static int run(sqlite3_stmt *statement, ...) {
    va_list values;
    va_start(values, statement);
    const char *value;
    for (int i = 1; (value = va_arg(values, const char *)); i++)
        sqlite3_bind_text(statement, i, value, -1, SQLITE_STATIC);
    va_end(values);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW) sqlite3_reset(statement);
    return result;
}

static void answer(const char *status, const char *content, int bytes) {
    FCGX_FPrintF(request.out,
                 "Status: %s\r\nContent-Type: application/scim+json\r\n"
                 "Content-Length: %d\r\n\r\n",
                 status, bytes);
    FCGX_PutStr(content, bytes, request.out);
}

static void answerText(const char *status, const char *content) {
    answer(status, content, (int)strlen(content));
}

static void answerError(int result) {
    run(rollback, NULL);
    if (result == SQLITE_CONSTRAINT)
        answerText("409 Conflict", conflict);
    else
        answerText("500 Internal Server Error", failure);
}

static void getById(const char *id) {
    if (run(selectById, id, NULL) == SQLITE_ROW)
        answer("200 OK", (const char *)sqlite3_column_text(selectById, 0),
               sqlite3_column_bytes(selectById, 0));
    else
        answerText("404 Not Found", missing);
    sqlite3_reset(selectById);
}

static int appendRow(int length, sqlite3_stmt *statement) {
    int bytes = sqlite3_column_bytes(statement, 0);
    if (length + bytes + 3 > BODY_BYTES_MAX) return length;
    memcpy(text + length, sqlite3_column_text(statement, 0), bytes);
    text[length + bytes] = ',';
    return length + bytes + 1;
}

static int listHeader(sqlite3_int64 total, int count) {
    return sprintf(text,
                   "%s\"totalResults\":%lld,\"startIndex\":1,\"itemsPerPage\":%d,\"Resources\":[",
                   listHead, (long long)total, count);
}

static void answerList(int length) {
    if (text[length - 1] == ',') length--;
    memcpy(text + length, "]}", 2);
    answer("200 OK", text, length + 2);
}

/* `query` holds userName eq "…", percent-encoded; what stands between the quotes counts. */
static void filter(const char *query) {
    char name[256] = "";
    int length = 0;
    const char *from = strstr(query, "%22");
    for (from = from ? from + 3 : ""; *from && strncmp(from, "%22", 3) && length < 255;) {
        unsigned code;
        if (*from == '%' && sscanf(from + 1, "%2x", &code) == 1) {
            name[length++] = (char)code;
            from += 3;
        } else {
            name[length++] = *from++;
        }
    }
    name[length] = 0;
    int found = run(selectByName, name, NULL) == SQLITE_ROW;
    length = listHeader(found, found);
    if (found) length = appendRow(length, selectByName);
    sqlite3_reset(selectByName);
    answerList(length);
}

static void list(void) {
    run(begin, NULL);
    run(selectTotal, NULL);
    int length = listHeader(sqlite3_column_int64(selectTotal, 0), PAGE);
    sqlite3_reset(selectTotal);
    sqlite3_bind_int(selectPage, 1, PAGE);
    while (sqlite3_step(selectPage) == SQLITE_ROW) length = appendRow(length, selectPage);
    sqlite3_reset(selectPage);
    run(commit, NULL);
    answerList(length);
}

static void makeId(char id[37]) {
    unsigned char b[16];
    require((int)getrandom(b, sizeof b, 0), sizeof b);
    sprintf(id, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-8%01x%02x-%02x%02x%02x%02x%02x%02x", b[0],
            b[1], b[2], b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10], b[11], b[12],
            b[13], b[14], b[15]);
}

/* The string value that follows `key` in the body, copied; nothing is unescaped. */
static const char *value(const char *key, char out[256]) {
    const char *from = strstr(body, key);
    if (!from) return NULL;
    from += strlen(key);
    size_t bytes = strcspn(from, "\"");
    if (bytes > 255) return NULL;
    memcpy(out, from, bytes);
    out[bytes] = 0;
    return out;
}

/* Every "value":"…" of the body becomes a member of the group. */
static int insertMembers(const char *group) {
    static const char key[] = "\"value\":\"";
    char member[64];
    int result = SQLITE_DONE;
    for (char *from = body; result == SQLITE_DONE && (from = strstr(from, key));) {
        from += sizeof key - 1;
        size_t bytes = strcspn(from, "\"");
        if (bytes > 63) continue;
        memcpy(member, from, bytes);
        member[bytes] = 0;
        result = run(insertMember, group, member, NULL);
    }
    return result;
}

static int insert(int type, const char *id, const char *name) {
    sqlite3_bind_text(insertResource, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_int(insertResource, 2, type);
    sqlite3_bind_text(insertResource, 3, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(insertResource, 4, text, -1, SQLITE_STATIC);
    int result = sqlite3_step(insertResource);
    sqlite3_reset(insertResource);
    return result == SQLITE_DONE && type == GROUP ? insertMembers(id) : result;
}

static void post(int type) {
    char id[37], name[256], instant[32];
    time_t now = time(NULL);
    struct tm utc;
    makeId(id);
    strftime(instant, sizeof instant, "%FT%TZ", gmtime_r(&now, &utc));
    snprintf(text, sizeof text,
             "{\"id\":\"%s\",\"meta\":{\"resourceType\":\"%s\",\"created\":\"%s\","
             "\"lastModified\":\"%s\",\"version\":\"W/\\\"1\\\"\"},%s",
             id, type == USER ? "User" : "Group", instant, instant, body + 1);
    int result = run(begin, NULL);
    if (result == SQLITE_DONE)
        result = insert(type, id, type == USER ? value("\"userName\":\"", name) : NULL);
    if (result == SQLITE_DONE) result = run(commit, NULL);
    if (result != SQLITE_DONE) return answerError(result);
    answerText("201 Created", text);
}

/* Writes the stored JSON into `text` with `active` as the body says. */
static void setActive(const char *stored) {
    const char *wanted = strstr(body, "\"value\":true") ? "true" : "false";
    const char *at = strstr(stored, "\"active\":");
    if (!at) at = stored + strlen(stored);
    const char *rest = at + strcspn(at, ",}");
    snprintf(text, sizeof text, "%.*s\"active\":%s%s", (int)(at - stored), stored, wanted, rest);
}

static void patchUser(const char *id) {
    int result = run(begin, NULL);
    if (result != SQLITE_DONE) return answerError(result);
    if (run(selectById, id, NULL) != SQLITE_ROW) {
        run(rollback, NULL);
        return answerText("404 Not Found", missing);
    }
    setActive((const char *)sqlite3_column_text(selectById, 0));
    sqlite3_reset(selectById);
    result = run(updateJSON, text, id, NULL);
    if (result == SQLITE_DONE) result = run(commit, NULL);
    if (result != SQLITE_DONE) return answerError(result);
    answerText("200 OK", text);
}

static void patchGroup(const char *id) {
    int result = run(begin, NULL);
    if (result == SQLITE_DONE) result = insertMembers(id);
    if (result == SQLITE_DONE) result = run(commit, NULL);
    if (result != SQLITE_DONE) return answerError(result);
    FCGX_PutS("Status: 204 No Content\r\n\r\n", request.out);
}

static void serve(const char *method, char *uri) {
    char *query = strchr(uri, '?');
    if (query) *query++ = 0;
    int type = strncmp(uri, "/scim/v2/Groups", 15) ? USER : GROUP;
    char *id = strrchr(uri, '/') + 1;
    int bytes = FCGX_GetStr(body, BODY_BYTES_MAX, request.in);
    body[bytes] = 0;
    if (!strcmp(method, "POST"))
        post(type);
    else if (!strcmp(method, "PATCH") && type == USER)
        patchUser(id);
    else if (!strcmp(method, "PATCH"))
        patchGroup(id);
    else if (query && strstr(query, "filter="))
        filter(query);
    else if (query)
        list();
    else
        getById(id);
}

int main(void) {
    const char *path = getenv("FLOOR_DATABASE");
    umask(077);
    openDatabase(path ? path : "floor.sqlite");
    FCGX_Init();
    FCGX_InitRequest(&request, 0, 0);
    while (FCGX_Accept_r(&request) == 0) {
        const char *method = FCGX_GetParam("REQUEST_METHOD", request.envp);
        char *uri = FCGX_GetParam("REQUEST_URI", request.envp);
        if (method && uri && strchr(uri, '/')) serve(method, uri);
        FCGX_Finish_r(&request);
    }
    return 0;
}
