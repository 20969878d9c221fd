/* SPDX-License-Identifier: Apache-2.0 */
/* `user`: the people of a server, on its own machine: who may write the vault's file may do this. */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "os/os.h"
#include "vault/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct user {
    const char *verb, *dir, *name, *roles, *vault_path;
    bool off;
    struct sb_vault *vault; /* owned */
};

static bool read_arguments(struct user *user, int argc, char **argv)
{
    static const char *const known[] = {"--roles=", "--off", "--vault=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--roles") == 0)
            user->roles = args.value;
        else if (args.option && strcmp(args.option, "--vault") == 0)
            user->vault_path = args.value;
        else if (args.option)
            user->off = true;
        else if (!user->verb)
            user->verb = args.value;
        else if (!user->dir)
            user->dir = args.value;
        else if (!user->name)
            user->name = args.value;
        else {
            (void)sb_cmd_usage("user", "'%s' is not expected", "thừa '%s'", args.value);
            return false;
        }
    }
    return got == 0;
}

/* "viewer,maker": one bit each; 0 with an error told when a word is none. */
static unsigned read_roles(const char *text)
{
    static const struct {
        const char *word;
        unsigned role;
    } words[] = {
#define X(name, bit, word) {word, name},
        SB_ROLE_MAP(X)
#undef X
    };
    unsigned roles = 0;
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ","), i = 0;
        while (i < SB_ARRAY_SIZE(words) &&
               (strlen(words[i].word) != size || memcmp(words[i].word, at, size) != 0))
            i++;
        if (i == SB_ARRAY_SIZE(words)) {
            (void)sb_cmd_usage("user", "--roles: '%.*s' is not one of viewer,analyst,maker,checker,admin",
                               "--roles: '%.*s' không thuộc viewer,analyst,maker,checker,admin", (int)size,
                               at);
            return 0;
        }
        roles |= words[i].role;
        at += size + (at[size] == ',');
    }
    if (roles == 0)
        (void)sb_cmd_usage("user", "expected --roles viewer,analyst,maker,checker,admin, or some of them",
                           "cần --roles viewer,analyst,maker,checker,admin, hoặc một số trong đó");
    return roles;
}

/* A line from standard input, not shown on a terminal. False: there was none. */
static bool read_password(char password[SB_PASSWORD_SIZE_MAX + 2])
{
    struct termios shown;
    bool terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        struct termios hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fputs(sb_tr(sb_cmd_lang, "Password: ", "Mật khẩu: "), stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden); /* shown, then: still read */
    }
    bool got = fgets(password, SB_PASSWORD_SIZE_MAX + 2, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputs("\n", stderr);
    }
    password[strcspn(password, "\r\n")] = '\0';
    return got;
}

static void print_person(void *context, const struct sb_person *person, bool has_totp)
{
    (void)context;
    printf("%-24s", person->name);
#define X(name, bit, word)                       \
    if ((person->roles & (unsigned)(name)) != 0) \
        printf(" %s", word);
    SB_ROLE_MAP(X)
#undef X
    puts(has_totp ? " +totp" : "");
}

static enum sb_status set_totp(const struct user *user, struct sb_err *err)
{
    char secret[SB_TOTP_SECRET_SIZE] = "";
    enum sb_status status = sb_vault_set_totp(user->vault, user->name, !user->off, secret, err);
    if (status == SB_OK && !user->off)
        printf(sb_tr(sb_cmd_lang,
                     "otpauth://totp/Sandbank:%s?secret=%s&issuer=Sandbank\n"
                     "Shown once: enter the secret in an authenticator now.\n",
                     "otpauth://totp/Sandbank:%s?secret=%s&issuer=Sandbank\n"
                     "Chỉ hiện một lần: hãy nhập khoá này vào ứng dụng xác thực ngay.\n"),
               user->name, secret);
    sodium_memzero(secret, sizeof(secret));
    return status;
}

/* What was done here is in the log that the page shows, as done by the machine's owner. */
static enum sb_status log_deed(const struct user *user, struct sb_err *err)
{
    struct sb_deed deed = {
        .time = (int64_t)time(NULL),
        .person = "",
        .pilot = "",
        .action = user->verb,
        .about = user->name,
        .result = "done",
    };
    return sb_vault_log(user->vault, &deed, err);
}

static enum sb_status with_password(const struct user *user, unsigned roles, struct sb_err *err)
{
    char password[SB_PASSWORD_SIZE_MAX + 2] = "";
    enum sb_status status = SB_OK;
    if (!read_password(password))
        status = sb_fail(err, SB_INVALID, "no password was given", "chưa nhập mật khẩu");
    else if (roles != 0)
        status = sb_vault_add_person(user->vault, user->name, password, roles, (int64_t)time(NULL), err);
    else
        status = sb_vault_set_password(user->vault, user->name, password, err);
    sodium_memzero(password, sizeof(password));
    return status;
}

static enum sb_exit run(struct user *user)
{
    struct sb_err err = {0};
    struct sb_str path = {0};
    unsigned roles = 0;
    bool needs_roles = strcmp(user->verb, "add") == 0 || strcmp(user->verb, "role") == 0;
    if (needs_roles && (roles = read_roles(user->roles ? user->roles : "")) == 0)
        return SB_EXIT_USAGE;
    sb_vault_path(user->dir, &path);
    enum sb_status status =
        sb_vault_open(user->vault_path ? user->vault_path : sb_str_text(&path), &user->vault, &err);
    sb_str_release(&path);
    if (status == SB_OK && strcmp(user->verb, "list") == 0)
        status = sb_vault_each_person(user->vault, print_person, NULL, &err);
    else if (status == SB_OK && strcmp(user->verb, "add") == 0)
        status = with_password(user, roles, &err);
    else if (status == SB_OK && strcmp(user->verb, "passwd") == 0)
        status = with_password(user, 0, &err);
    else if (status == SB_OK && strcmp(user->verb, "role") == 0)
        status = sb_vault_set_roles(user->vault, user->name, roles, &err);
    else if (status == SB_OK && strcmp(user->verb, "totp") == 0)
        status = set_totp(user, &err);
    else if (status == SB_OK)
        status = sb_vault_remove_person(user->vault, user->name, &err);
    if (status == SB_OK && strcmp(user->verb, "list") != 0 && strcmp(user->verb, "remove") != 0)
        status = log_deed(user, &err);
    sb_vault_close(user->vault);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}

enum sb_exit sb_cmd_user(int argc, char **argv)
{
    static const char *const verbs[] = {"add", "passwd", "role", "totp", "remove", "list"};
    struct user user = {0};
    size_t i = 0;
    if (!read_arguments(&user, argc, argv))
        return SB_EXIT_USAGE;
    while (user.verb && i < SB_ARRAY_SIZE(verbs) && strcmp(verbs[i], user.verb) != 0)
        i++;
    if (!user.verb || i == SB_ARRAY_SIZE(verbs))
        return sb_cmd_usage("user", "expected add, passwd, role, totp, remove or list",
                            "cần add, passwd, role, totp, remove hoặc list");
    if (!user.dir || (!user.name && strcmp(user.verb, "list") != 0))
        return sb_cmd_usage("user", "expected the server's folder and a name",
                            "cần thư mục của máy chủ và một tên");
    return run(&user);
}
