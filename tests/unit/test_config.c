/* SPDX-License-Identifier: Apache-2.0 */
#include "net/config.h"
#include "test.h"

static bool read_text(const char *text, struct sb_config *config, struct sb_config_mistakes *mistakes)
{
    *config = sb_config_default();
    return sb_config_read(text, strlen(text), config, mistakes);
}

/* No file is needed: what is right for one machine is there already. */
TEST(config, defaults_are_this_machine_alone)
{
    struct sb_config config = sb_config_default();
    CHECK_STR(config.address, "127.0.0.1");
    CHECK_INT(config.port, 8316);
    CHECK(config.guests);
    CHECK_STR(config.certificate, "");
}

TEST(config, a_file_says_otherwise)
{
    static struct sb_config_mistakes mistakes;
    struct sb_config config;
    CHECK(read_text("# the centre's machine\r\n"
                    "address = 0.0.0.0\n"
                    "  port=443 # as usual\n"
                    "tls-certificate = \"/etc/a # b.pem\"   # quoted\n"
                    "tls-key = /etc/key.pem\n"
                    "log = json\n\n"
                    "guests = none\n"
                    "checkpoint-every = 1 000 000",
                    &config, &mistakes));
    CHECK_STR(config.address, "0.0.0.0");
    CHECK_INT(config.port, 443);
    CHECK_STR(config.certificate, "/etc/a # b.pem");
    CHECK_STR(config.key, "/etc/key.pem");
    CHECK(config.log_json);
    CHECK(!config.guests);
    CHECK_INT(config.checkpoint_every, 1000000);
}

/* All mistakes at once, each with its line, in both languages, and with the key that was meant. */
TEST(config, every_mistake_is_listed)
{
    static struct sb_config_mistakes mistakes;
    struct sb_config config;
    CHECK(!read_text("prot = 1\n"
                     "port = 65536\n"
                     "log = xml\n"
                     "just words\n"
                     "workers = 0\n"
                     "workers = 4\n"
                     "page = \"open\n"
                     "tls-key = k\n",
                     &config, &mistakes));
    CHECK_INT(mistakes.count, 8);
    CHECK_STR(mistakes.list[0].text[SB_EN], "unknown key 'prot'; did you mean 'port'?");
    CHECK_STR(mistakes.list[0].text[SB_VI], "không có khoá 'prot'; có phải 'port' không?");
    CHECK_STR(mistakes.list[1].text[SB_EN], "'port' is a number from 0 to 65535, not '65536'");
    CHECK_STR(mistakes.list[2].text[SB_EN], "'log' is 'json' or 'lines', not 'xml'");
    CHECK_STR(mistakes.list[3].text[SB_EN], "expected 'key = value', got 'just words'");
    CHECK_STR(mistakes.list[4].text[SB_EN], "'workers' is a number from 1 to 64, not '0'");
    CHECK_STR(mistakes.list[5].text[SB_EN], "'workers' was said on line 5 already");
    CHECK_STR(mistakes.list[6].text[SB_EN],
              "'page': the quotes are not closed, or something stands behind them");
    CHECK_STR(mistakes.list[7].text[SB_EN], "tls-certificate and tls-key go together");
    for (uint32_t i = 0; i < 7; i++)
        CHECK_INT(mistakes.list[i].line, i + 1);
    CHECK_INT(config.port, 8316);
}

/* A file of nothing but mistakes is told in a bounded list. */
TEST(config, mistakes_are_bounded)
{
    static struct sb_config_mistakes mistakes;
    struct sb_config config = sb_config_default();
    char text[200];
    memset(text, '\n', sizeof(text));
    for (size_t i = 0; i < sizeof(text); i += 2)
        text[i] = 'x';
    CHECK(!sb_config_read(text, sizeof(text), &config, &mistakes));
    CHECK_INT(mistakes.count, SB_CONFIG_MISTAKES_MAX);
    CHECK_INT(mistakes.more, 100 - SB_CONFIG_MISTAKES_MAX);
}

/* A text that does not fit, or is not UTF-8, is a mistake and not a shorter text. */
TEST(config, long_and_broken_texts_are_refused)
{
    static struct sb_config_mistakes mistakes;
    struct sb_config config;
    char text[700] = "page = ";
    memset(text + 7, 'p', 600);
    CHECK(!read_text(text, &config, &mistakes));
    CHECK_STR(mistakes.list[0].text[SB_EN], "'page' is a text of at most 511 bytes of UTF-8");
    CHECK(!read_text("page = \xFF\xFE\n", &config, &mistakes));
    CHECK_STR(config.page, "");
}
