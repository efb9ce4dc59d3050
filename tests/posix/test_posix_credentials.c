/* Tests where credentials are found: port/posix/tcx_posix_credentials.c, _ini.c, _tccli.c. */
#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tcx_posix.h"

#define INI  "/.tencentcloud/credentials"
#define JSON "/.tccli/default.credential"

static char home[] = "/tmp/tcexec-test-XXXXXX";
static tcx_posix_credentials found;

static int make_home(void **state)
{
    char path[sizeof home + 64];

    (void)state;
    if (mkdtemp(home) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/.tencentcloud", home);
    if (mkdir(path, 0700) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/.tccli", home);
    return mkdir(path, 0700);
}

static void path_of(const char *name, char *path, size_t size)
{
    assert_true((size_t)snprintf(path, size, "%s%s", home, name) < size);
}

static void write_bytes(const char *name, const char *bytes, size_t length, mode_t mode)
{
    char path[128];
    FILE *file;

    path_of(name, path, sizeof path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text), 0600);
}

static int start(void **state)
{
    static const char *const names[] = { "TENCENTCLOUD_SECRET_ID",       "TENCENTCLOUD_SECRET_KEY",
                                         "TENCENTCLOUD_TOKEN",           "TENCENTCLOUD_SESSION_TOKEN",
                                         "TENCENTCLOUD_SECURITY_TOKEN",  "TCCLI_PROFILE",
                                         "TENCENTCLOUD_CREDENTIALS_FILE" };
    char path[128];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("HOME", home, 1);
    path_of(INI, path, sizeof path);
    unlink(path);
    path_of(JSON, path, sizeof path);
    unlink(path);
    path_of("/.tccli/work.credential", path, sizeof path);
    unlink(path);
    return 0;
}

static int remove_home(void **state)
{
    char path[128];

    start(state);
    path_of("/.tencentcloud", path, sizeof path);
    rmdir(path);
    path_of("/.tccli", path, sizeof path);
    rmdir(path);
    return rmdir(home);
}

static void assert_text(tcx_text text, const char *expected)
{
    if (expected == NULL) {
        assert_null(text.bytes);
        return;
    }
    assert_non_null(text.bytes);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

static void assert_found(const char *id, const char *key, const char *token)
{
    assert_int_equal(tcx_posix_credentials_find(&found), 0);
    assert_text(found.credentials.secret_id, id);
    assert_text(found.credentials.secret_key, key);
    assert_text(found.credentials.token, token);
}

/* Not found, and `said` is a part of the reason. Nothing of the files stays behind. */
static void assert_refused(const char *said)
{
    size_t i;

    assert_int_equal(tcx_posix_credentials_find(&found), -1);
    if (strstr(found.problem, said) == NULL)
        fail_msg("'%s' is not in '%s'", said, found.problem);
    for (i = 0; i < sizeof found.memory; i++)
        assert_int_equal(found.memory[i], 0);
}

static void test_environment(void **state)
{
    (void)state;
    setenv("TENCENTCLOUD_SECRET_ID", "id", 1);
    assert_refused("TENCENTCLOUD_SECRET_ID is set and TENCENTCLOUD_SECRET_KEY is not");
    setenv("TENCENTCLOUD_SECRET_KEY", "", 1);
    assert_refused("TENCENTCLOUD_SECRET_KEY is set, but empty");
    setenv("TENCENTCLOUD_SECRET_KEY", "key", 1);
    assert_found("id", "key", NULL);
    assert_string_equal(found.origin, "the environment");
    setenv("TENCENTCLOUD_SECURITY_TOKEN", "third", 1);
    assert_found("id", "key", "third");
    setenv("TENCENTCLOUD_SESSION_TOKEN", "second", 1);
    assert_found("id", "key", "second");
    setenv("TENCENTCLOUD_TOKEN", "", 1);
    assert_found("id", "key", "second");
    setenv("TENCENTCLOUD_TOKEN", "first", 1);
    assert_found("id", "key", "first");
    unsetenv("TENCENTCLOUD_SECRET_ID");
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\n");
    assert_refused("TENCENTCLOUD_SECRET_KEY is set and TENCENTCLOUD_SECRET_ID is not");
}

static void test_nowhere(void **state)
{
    (void)state;
    assert_refused("no credentials");
    setenv("HOME", "", 1);
    assert_refused("no credentials");
    unsetenv("HOME");
    assert_refused("no credentials");
    setenv("HOME", "/dev/null", 1);
    assert_refused("no credentials");
}

static void test_ini(void **state)
{
    (void)state;
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\n");
    assert_found("a", "b", NULL);
    write_text(INI, "; x\r\n# y\r\n\r\n [default] \r\n  secret_id \t=  a=b  \r\nsecret_key = k y\r\ntoken\t=t\r\n");
    assert_found("a=b", "k y", "t");
    write_text(INI, "secret_id=0\n[other]\nsecret_id=1\nsecret_key=1\n"
                    "[default]\nsecret_id=2\nsecret_id=3\nsecret_key=4\n[last]\ntoken=5");
    assert_found("3", "4", NULL);
    write_text(INI, "[default]\nsecret_id=1\nsecret_key=2\ntoken=3\n[other]\ntoken=4\n[default]\nsecret_id=5\n");
    assert_found("5", "2", "3");
    write_text(INI, "[default]\nsecret_id=a\n;secret_id=c\nsecret_idx=d\nnothing\nsecret_key=b#c");
    assert_found("a", "b#c", NULL);
    write_text(INI, "[other]\n[default]\nsecret_id=a\nsecret_key=\ntoken=\nsecret_key=b\n");
    assert_found("a", "b", NULL);
}

/* As editors write them, and as the configparser of Tencent's Python SDK reads them. */
static void test_ini_of_editors(void **state)
{
    static const char *const texts[] = {
        "\xEF\xBB\xBF[default]\r\nsecret_id = a\r\nsecret_key = b\r\n",
        "\xEF\xBB\xBF\n[default]\nsecret_id=a\nsecret_key=b\n",
        "[default] ; mine\nsecret_id: a\nsecret_key : b\n",
        "[default]# mine\nSecret_Id = a\nSECRET_KEY=b",
        "[default]\rsecret_id=a\rsecret_key=b\rrole_arn =\r",
        "[other]\nrole_arn = x\n[default]\nsecret_id=a\nsecret_key=b\nregion=\"c\"\n",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_text(INI, texts[i]);
        assert_found("a", "b", NULL);
    }
    write_text(INI, "[default]\nsecret_id=a:b=c\nsecret_key:d=e:f\n");
    assert_found("a:b=c", "d=e:f", NULL);
    write_text(INI, "[Default]\nsecret_id=a\nsecret_key=b\n");
    assert_refused("not an INI file");
    write_text(INI, "[default] ; not [this]\nsecret_id=a\nsecret_key=b\n");
    assert_refused("not an INI file");
    write_text(INI, "[default\nsecret_id=a\nsecret_key=b\n");
    assert_refused("not an INI file");
    write_text(INI, "[default]\nsecret_id=\"a\"\nsecret_key=b\n");
    assert_refused("the value of secret_id is in quotes");
    write_text(INI, "[default]\nsecret_id=a\nsecret_key='b'\n");
    assert_refused("the value of secret_key is in quotes");
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\nToken = \"\"\n");
    assert_refused("the value of token is in quotes");
    write_bytes(INI, "\xFF\xFE[\0d\0", 6, 0600);
    assert_refused("the file has zero bytes, as UTF-16 has. Save it as UTF-8");
    write_bytes(INI, "[\0d\0e\0f\0a\0u\0l\0t\0]\0\n\0", 20, 0600); /* without a byte order mark */
    assert_refused("the file has zero bytes, as UTF-16 has. Save it as UTF-8");
}

static void test_ini_refused(void **state)
{
    static char large[TCX_POSIX_CREDENTIALS_MAX + 1];

    (void)state;
    write_text(INI, "");
    assert_refused("not an INI file");
    write_text(INI, "secret_id=a\nsecret_key=b\n");
    assert_refused("not an INI file");
    write_text(INI, "[default]\n");
    assert_refused("no value for secret_id");
    write_text(INI, "[default]\nsecret_id=a\nsecret_key =  \n");
    assert_refused("no value for secret_key");
    memset(large, 'x', sizeof large);
    write_bytes(INI, large, sizeof large, 0600);
    assert_refused("too large");
    write_bytes(INI, large, sizeof large - 1, 0600);
    assert_refused("too large");
    write_bytes(INI, large, sizeof large - 2, 0600);
    assert_refused("not an INI file");
}

static void test_json(void **state)
{
    static const char *const texts[] = {
        "{\"secretId\":\"a\",\"secretKey\":\"b\"}",
        " \r\n{ \"secretId\" : \"a\" ,\n\"secretKey\":\"b\" , \"token\":null } \n",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",\"token\":\"\",\"role-arn\":\"\",\"type\":\"default\"}",
        ("{\"oauth\":{\"secretId\":\"x\",\"more\":[1,{\"token\":\"y\"}]},\"expiresAt\":1700000000,"
         "\"secretId\":\"a\",\"z\":[],\"secretKey\":\"b\",\"e\":{}}"),
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_text(JSON, texts[i]);
        assert_found("a", "b", NULL);
    }
    write_text(JSON, "{\"secretId\":\"a\",\"secretKey\":\"b\",\"token\":\"c\\/d\\\\e\\\"f\"}");
    assert_found("a", "b", "c/d\\e\"f");
    write_text(JSON, "\xEF\xBB\xBF{\"secret\\u0049d\":\"\\u0061\",\"secretKey\":\"b\\n\"}\r\n");
    assert_found("a", "b\n", NULL);
}

static void test_json_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{}x",
        "x{}",
        "{} {}",
        "{\"secretId\":\"a\",\"secretKey\":\"b\"",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",}",
        "{,\"secretId\":\"a\",\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\" \"secretKey\":\"b\"}",
        "{\"secretId\":\"a\",,\"secretKey\":\"b\"}",
        "{\"secretId\" \"a\",\"secretKey\":\"b\"}",
        "{\"secretId\"::\"a\",\"secretKey\":\"b\"}",
        "{\"secretId\",\"a\",\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\":\"c\",\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\",\"secretId\":\"c\",\"secretKey\":\"b\"}",
        "{\"secretId\":5,\"secretKey\":\"b\"}",
        "{\"secretId\":{\"a\":1},\"secretKey\":\"b\"}",
        "{\"secretId\":[\"a\"],\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\\x\",\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\n\",\"secretKey\":\"b\"}",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",\"more\":tru}",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",\"more\":01}",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",\"more\":{\"a\" 1}}",
        "{\"secretId\":\"a\",\"secretKey\":\"b\",\"more\":[1 2]}",
        "{\"secretId\":\"a\",\"secretKey\"}",
        "{secretId:\"a\",\"secretKey\":\"b\"}",
        "[{\"secretId\":\"a\",\"secretKey\":\"b\"}]",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_text(JSON, texts[i]);
        assert_refused("not a JSON object");
    }
    write_text(JSON, "{\"secretId\":\"a\",\"secretKey\":\"b\",\"more\":\"\xFF\"}");
    assert_refused("the file is not UTF-8. Save it as UTF-8");
    write_text(JSON, "{\"secretId\":\"a\",\"secretKey\":\"\\ud800\"}");
    assert_refused("a secret has an invalid \\u escape");
    write_bytes(JSON, "\xFF\xFE{\0}\0", 6, 0600);
    assert_refused("the file has zero bytes, as UTF-16 has. Save it as UTF-8");
    write_text(JSON, "{}");
    assert_refused("no value for secretId");
    write_text(JSON, "{\"secretId\":\"a\",\"secretKey\":\"\"}");
    assert_refused("no value for secretKey");
    write_text(JSON, "{\"SecretId\":\"a\",\"secretKey\":\"b\"}");
    assert_refused("no value for secretId");
}

static void test_order_and_profile(void **state)
{
    (void)state;
    write_text(JSON, "{\"secretId\":\"j\",\"secretKey\":\"k\"}");
    assert_found("j", "k", NULL);
    write_text("/.tccli/work.credential", "{\"secretId\":\"w\",\"secretKey\":\"k\"}");
    setenv("TCCLI_PROFILE", "work", 1);
    assert_found("w", "k", NULL);
    setenv("TCCLI_PROFILE", "", 1);
    assert_found("j", "k", NULL);
    setenv("TCCLI_PROFILE", "nosuch", 1);
    assert_refused("no credentials");
    write_text(INI, "[default]\nsecret_id=i\nsecret_key=k\n");
    assert_found("i", "k", NULL);
    write_text(INI, "[default]\nsecret_id=i\n");
    assert_refused("no value for secret_key");
    setenv("TENCENTCLOUD_SECRET_ID", "e", 1);
    setenv("TENCENTCLOUD_SECRET_KEY", "k", 1);
    assert_found("e", "k", NULL);
}

static void test_a_file_that_is_named(void **state)
{
    char path[128];

    (void)state;
    write_text(INI, "[default]\nsecret_id=i\nsecret_key=k\n");
    write_text("/.tccli/work.credential", "[default]\nsecret_id=n\nsecret_key=k\n");
    path_of("/.tccli/work.credential", path, sizeof path);
    setenv("TENCENTCLOUD_CREDENTIALS_FILE", path, 1);
    assert_found("n", "k", NULL);
    unsetenv("HOME");
    assert_found("n", "k", NULL);
    setenv("TENCENTCLOUD_CREDENTIALS_FILE", "/nonexistent", 1);
    assert_refused("/nonexistent: no such file. Correct TENCENTCLOUD_CREDENTIALS_FILE");
    setenv("TENCENTCLOUD_CREDENTIALS_FILE", "", 1);
    assert_refused("TENCENTCLOUD_CREDENTIALS_FILE is set, but empty");
}

static void test_one_profile_and_no_other_place(void **state)
{
    static const struct {
        const char *profile;
        const char *said;
    } refused[] = {
        { "nosuch", "no profile 'nosuch': there is no " },
        { "", "the name must not be empty" },
        { "../work", "the name must not be empty" },
    };
    size_t i;

    (void)state;
    setenv("TENCENTCLOUD_SECRET_ID", "e", 1);
    setenv("TENCENTCLOUD_SECRET_KEY", "k", 1);
    setenv("TCCLI_PROFILE", "default", 1);
    write_text(INI, "[default]\nsecret_id=i\nsecret_key=k\n");
    write_text("/.tccli/work.credential", "{\"secretId\":\"w\",\"secretKey\":\"k\"}");
    assert_int_equal(tcx_posix_credentials_of_profile(&found, "work"), 0);
    assert_text(found.credentials.secret_id, "w");
    for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(tcx_posix_credentials_of_profile(&found, refused[i].profile), -1);
        assert_non_null(strstr(found.problem, refused[i].said));
    }
    unsetenv("HOME");
    assert_int_equal(tcx_posix_credentials_of_profile(&found, "work"), -1);
    assert_non_null(strstr(found.problem, "there is no home directory. Set HOME"));
}

static void test_when_they_end(void **state)
{
    static const struct {
        const char *value;
        int64_t expires; /* -1: refused */
    } cases[] = {
        { "1700000000", 1700000000 },
        { "1700000000.75", 1700000000 },
        { "null", 0 },
        { "253402300799", 253402300799 },
        { "253402300800", -1 },
        { "99999999999999999999", -1 },
        { "0", -1 },
        { "-5", -1 },
        { "1.7e9", -1 },
        { "true", -1 },
        { "\"17\"", -1 },
        { "[1700000000]", -1 },
        { "1,\"expiresAt\":2", -1 },
    };
    char text[200];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "{\"secretId\":\"a\",\"secretKey\":\"b\",\"token\":null,\"expiresAt\":%s}",
                 cases[i].value);
        write_text(JSON, text);
        if (strchr(cases[i].value, ':') == NULL) { /* permanent keys do not end, whatever stands there */
            assert_found("a", "b", NULL);
            assert_int_equal(found.expires, 0);
        }
        snprintf(text, sizeof text,
                 "{\"secretId\":\"a\",\"secretKey\":\"b\",\"sso\":{\"expiresAt\":1},\"expiresAt\":%s,\"token\":\"t\"}",
                 cases[i].value);
        write_text(JSON, text);
        if (cases[i].expires == -1) {
            assert_refused("expiresAt as a number");
            continue;
        }
        assert_found("a", "b", "t");
        assert_int_equal(found.expires, cases[i].expires);
    }
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\n");
    assert_found("a", "b", NULL);
    assert_int_equal(found.expires, 0);
}

static void test_roles_are_not_assumed(void **state)
{
    (void)state;
    write_text(JSON, "{\"secretId\":\"a\",\"secretKey\":\"b\",\"role-arn\":\"qcs::cam::uin/1:roleName/x\"}");
    assert_refused("names a role (role-arn)");
    write_text(JSON, "{\"role-arn\":\"qcs::cam::uin/1:roleName/x\"}");
    assert_refused("names a role (role-arn)");
    write_text(JSON, "{\"type\":\"cvm-role\",\"secretId\":\"a\",\"secretKey\":\"b\",\"token\":null}");
    assert_refused("the file is for the machine's role (type cvm-role)");
    write_text(JSON, "{\"type\":\"cvm-role\"}");
    assert_refused("the file is for the machine's role (type cvm-role)");
    write_text(JSON, "{\"type\":\"oauth\",\"secretId\":\"a\",\"secretKey\":\"b\",\"token\":\"t\"}");
    assert_found("a", "b", "t");
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\nRole_Arn = qcs::cam::uin/1:roleName/x\n");
    assert_refused("names a role (role_arn)");
}

static void test_permissions(void **state)
{
    static const char text[] = "[default]\nsecret_id=a\nsecret_key=b\n";

    (void)state;
    write_bytes(INI, text, sizeof text - 1, 0600);
    assert_found("a", "b", NULL);
    assert_int_equal(found.exposed, 0);
    assert_int_equal(found.is_file, 1);
    write_bytes(INI, text, sizeof text - 1, 0640);
    assert_found("a", "b", NULL);
    assert_int_equal(found.exposed, 1);
    write_bytes(INI, text, sizeof text - 1, 0604);
    assert_found("a", "b", NULL);
    assert_int_equal(found.exposed, 1);
}

static void test_names_that_are_too_long(void **state)
{
    static char name[TCX_POSIX_PATH_MAX + 1];

    (void)state;
    memset(name, 'x', sizeof name - 1);
    setenv("TCCLI_PROFILE", name, 1);
    assert_refused("too long");
    setenv("HOME", name, 1);
    assert_refused("too long");
}

static void test_wipe(void **state)
{
    size_t i;

    (void)state;
    write_text(INI, "[default]\nsecret_id=a\nsecret_key=b\n");
    assert_found("a", "b", NULL);
    tcx_posix_credentials_wipe(&found);
    for (i = 0; i < sizeof found; i++)
        assert_int_equal(((const unsigned char *)&found)[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_environment, start),
        cmocka_unit_test_setup(test_nowhere, start),
        cmocka_unit_test_setup(test_ini, start),
        cmocka_unit_test_setup(test_ini_of_editors, start),
        cmocka_unit_test_setup(test_ini_refused, start),
        cmocka_unit_test_setup(test_json, start),
        cmocka_unit_test_setup(test_json_refused, start),
        cmocka_unit_test_setup(test_order_and_profile, start),
        cmocka_unit_test_setup(test_a_file_that_is_named, start),
        cmocka_unit_test_setup(test_one_profile_and_no_other_place, start),
        cmocka_unit_test_setup(test_when_they_end, start),
        cmocka_unit_test_setup(test_roles_are_not_assumed, start),
        cmocka_unit_test_setup(test_permissions, start),
        cmocka_unit_test_setup(test_names_that_are_too_long, start),
        cmocka_unit_test_setup(test_wipe, start),
    };

    return cmocka_run_group_tests(tests, make_home, remove_home);
}
