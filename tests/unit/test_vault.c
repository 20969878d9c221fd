/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "vault/vault.h"

#include <oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char password[] = "a password long enough";

static const char *vault_path(void)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/vault/people.sqlite", test_dir());
    return path;
}

static struct sb_vault *open_vault(void)
{
    struct sb_vault *vault = NULL;
    struct sb_err err = {0};
    if (sb_vault_open(vault_path(), &vault, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return vault;
}

static enum sb_signed sign_in(struct sb_vault *vault, const char *with, const char *totp, int64_t now)
{
    enum sb_signed how = SB_SIGNED_WRONG;
    struct sb_person person;
    CHECK(sb_vault_sign_in(vault, "lan", with, totp, now, &how, &person, NULL) == SB_OK);
    CHECK(how != SB_SIGNED_IN || strcmp(person.name, "lan") == 0);
    return how;
}

static bool file_holds(const char *text)
{
    static char bytes[1 << 20];
    FILE *file = fopen(vault_path(), "rb");
    size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file)
        fclose(file);
    return size > 0 && memmem(bytes, size, text, strlen(text)) != NULL;
}

/* Only its owner reads the file; a password is in it as a hash alone, and the right one signs in. */
TEST(vault, a_password_is_a_hash)
{
    struct stat info;
    struct sb_vault *vault = open_vault();
    CHECK(sb_vault_add_person(vault, "lan", password, SB_ROLE_MAKER, 1, NULL) == SB_OK);
    CHECK(sb_vault_add_person(vault, "lan", password, SB_ROLE_MAKER, 1, NULL) == SB_EXISTS);
    CHECK(sb_vault_add_person(vault, "two words", password, SB_ROLE_MAKER, 1, NULL) == SB_INVALID);
    CHECK(sb_vault_add_person(vault, "minh", "short", SB_ROLE_MAKER, 1, NULL) == SB_INVALID);
    CHECK(sign_in(vault, password, NULL, 1) == SB_SIGNED_IN);
    CHECK(sign_in(vault, "another password", NULL, 1) == SB_SIGNED_WRONG);
    CHECK(stat(vault_path(), &info) == 0 && (info.st_mode & 077) == 0);
    sb_vault_close(vault);
    CHECK(file_holds("$argon2id$"));
    CHECK(!file_holds(password));
}

/* A code of the second factor serves once, a step early or late, and not later. */
TEST(vault, a_code_serves_once)
{
    char secret[SB_TOTP_SECRET_SIZE], code[7], *bytes = NULL;
    size_t size = 0;
    int64_t now = 1700000000;
    struct sb_vault *vault = open_vault();
    CHECK(sb_vault_add_person(vault, "lan", password, SB_ROLE_VIEWER, now, NULL) == SB_OK);
    CHECK(sb_vault_set_totp(vault, "lan", true, secret, NULL) == SB_OK);
    CHECK(oath_base32_decode(secret, strlen(secret), &bytes, &size) == OATH_OK);
    CHECK(oath_totp_generate(bytes, size, now, 30, 0, 6, code) == OATH_OK);
    free(bytes);
    CHECK(sign_in(vault, password, NULL, now) == SB_SIGNED_TOTP_NEEDED);
    CHECK(sign_in(vault, password, code, now + 90) == SB_SIGNED_WRONG);
    CHECK(sign_in(vault, "another password", code, now) == SB_SIGNED_WRONG);
    CHECK(sign_in(vault, password, code, now + 30) == SB_SIGNED_IN);
    CHECK(sign_in(vault, password, code, now + 30) == SB_SIGNED_WRONG);
    sb_vault_close(vault);
}

/* A session ends when it is idle, when it is old, when the password changes, and when the person is gone. */
TEST(vault, sessions_end)
{
    const struct sb_session_limits limits = {.idle_s = 100, .whole_s = 1000};
    struct sb_person person = {0}, found;
    enum sb_signed how;
    bool is = false;
    int64_t ends = 0;
    struct sb_vault *vault = open_vault();
    CHECK(sb_vault_add_person(vault, "lan", password, SB_ROLE_CHECKER, 0, NULL) == SB_OK);
    CHECK(sb_vault_sign_in(vault, "lan", password, NULL, 0, &how, &person, NULL) == SB_OK);
    CHECK(sb_vault_begin_session(vault, "token", &person, 0, NULL) == SB_OK);
    for (int64_t now = 0; now < 1000; now += 90) {
        CHECK(sb_vault_find_session(vault, "token", &limits, now, &is, &found, &ends, NULL) == SB_OK);
        CHECK(is);
        CHECK_INT(ends, 1000);
        CHECK_STR(found.name, "lan");
    }
    CHECK(sb_vault_find_session(vault, "token", &limits, 1000, &is, &found, &ends, NULL) == SB_OK && !is);
    CHECK(sb_vault_begin_session(vault, "idle", &person, 0, NULL) == SB_OK);
    CHECK(sb_vault_find_session(vault, "idle", &limits, 100, &is, &found, &ends, NULL) == SB_OK && !is);
    CHECK(sb_vault_begin_session(vault, "third", &person, 0, NULL) == SB_OK);
    CHECK(sb_vault_set_password(vault, "lan", "another password", NULL) == SB_OK);
    CHECK(sb_vault_find_session(vault, "third", &limits, 1, &is, &found, &ends, NULL) == SB_OK && !is);
    sb_vault_close(vault);
    CHECK(!file_holds("third"));
}

static void note_maker(void *context, const struct sb_freeze *freeze)
{
    snprintf(context, SB_PERSON_NAME_SIZE, "%s", freeze->made_by);
}

/* Two people, in the right order, once; and a person who is forgotten leaves a number behind. */
TEST(vault, a_freeze_takes_two_and_people_can_be_forgotten)
{
    static struct sb_freeze freeze = {.account = {1, 2}, .sides = 3, .reason = "why", .made_by = "lan"};
    struct sb_vault *vault = open_vault();
    char maker[SB_PERSON_NAME_SIZE] = "";
    CHECK(sb_vault_add_person(vault, "lan", password, SB_ROLE_MAKER, 0, NULL) == SB_OK);
    CHECK(sb_vault_ask_freeze(vault, "p", 5, &freeze, NULL) == SB_OK);
    int64_t number = freeze.number;
    CHECK(sb_vault_decide_freeze(vault, "p", number, SB_FREEZE_APPROVED, "lan", 6, NULL) == SB_INVALID);
    CHECK(sb_vault_decide_freeze(vault, "other", number, SB_FREEZE_APPROVED, "minh", 6, NULL) ==
          SB_NOT_FOUND);
    CHECK(sb_vault_decide_freeze(vault, "p", number, SB_FREEZE_WITHDRAWN, "minh", 6, NULL) == SB_INVALID);
    CHECK(sb_vault_decide_freeze(vault, "p", number, SB_FREEZE_APPROVED, "minh", 6, NULL) == SB_OK);
    CHECK(sb_vault_decide_freeze(vault, "p", number, SB_FREEZE_REJECTED, "hoa", 7, NULL) == SB_EXISTS);
    CHECK(sb_vault_remove_person(vault, "nobody", NULL) == SB_NOT_FOUND);
    CHECK(sb_vault_remove_person(vault, "lan", NULL) == SB_OK);
    CHECK(sb_vault_each_freeze(vault, "p", 0, 10, note_maker, maker, NULL) == SB_OK);
    CHECK(strncmp(maker, "erased-", 7) == 0);
    CHECK(sign_in(vault, password, NULL, 8) == SB_SIGNED_WRONG);
    sb_vault_close(vault);
}

/* What is no vault is left as it is. */
TEST(vault, another_file_is_refused)
{
    struct sb_vault *vault = open_vault();
    sb_vault_close(vault);
    FILE *file = fopen(vault_path(), "wb");
    CHECK(file && fputs("this is not a database, but long enough to be looked at as one", file) >= 0);
    fclose(file);
    vault = NULL;
    CHECK(sb_vault_open(vault_path(), &vault, NULL) != SB_OK);
    CHECK(vault == NULL);
}
