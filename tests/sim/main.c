/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 200

struct arguments {
    uint64_t from, to;
    uint32_t steps;
    uint32_t runs; /* seeds drawn from a number */
    uint64_t number;
    uint32_t twice;         /* so many of them run a second time */
    const char *seeds_file; /* seeds that failed once */
    uint32_t minutes;
    bool loud, has_seeds;
};

static _Noreturn void usage(void)
{
    fputs("sim --seed N | --seeds FROM-TO | --runs N [--number HEX] [--twice M] | --minutes N\n"
          "    [--steps N] [--file SEEDS] [--loud]\n"
          "  --seed N, --seeds FROM-TO   these runs\n"
          "  --runs N                    N seeds that follow from a number: --number HEX, else SANDBANK_SIM "
          "in\n"
          "                              the environment (./dev test puts the commit's hash there), else "
          "5eed;\n"
          "                              --twice M: the first M run a second time, and their traces must "
          "agree\n"
          "  --file SEEDS                before all else, the seeds in a file\n"
          "  --minutes N                 new seeds until the time is over\n"
          "  --steps N                   steps of a run (200)\n"
          "  --loud                      print every step\n",
          stderr);
    exit(2);
}

static uint64_t number_of(const char *text, int base, const char **ret_end)
{
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, base);
    if (errno != 0 || end == text || *text == '-' || *text == '+')
        usage();
    if (ret_end)
        *ret_end = end;
    else if (*end != '\0')
        usage();
    return number;
}

/* The first 60 bits of a hash, or of whatever hex there is. */
static uint64_t hex_number(const char *text)
{
    char head[16];
    (void)snprintf(head, sizeof(head), "%s", text);
    return number_of(head, 16, NULL);
}

static void read_range(struct arguments *arguments, const char *text)
{
    const char *end;
    arguments->has_seeds = true;
    arguments->from = arguments->to = number_of(text, 10, &end);
    if (*end == '-')
        arguments->to = number_of(end + 1, 10, NULL);
    else if (*end != '\0')
        usage();
}

static struct arguments read_arguments(int argc, char **argv)
{
    const char *number = getenv("SANDBANK_SIM");
    struct arguments arguments = {.steps = STEPS, .number = hex_number(number && *number ? number : "5eed")};
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--loud") == 0) {
            arguments.loud = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : NULL;
        if (!value)
            usage();
        if (strcmp(option, "--seed") == 0 || strcmp(option, "--seeds") == 0) {
            read_range(&arguments, value);
        } else if (strcmp(option, "--number") == 0) {
            arguments.number = hex_number(value);
        } else if (strcmp(option, "--runs") == 0) {
            arguments.runs = (uint32_t)number_of(value, 10, NULL);
        } else if (strcmp(option, "--twice") == 0) {
            arguments.twice = (uint32_t)number_of(value, 10, NULL);
        } else if (strcmp(option, "--steps") == 0) {
            arguments.steps = (uint32_t)number_of(value, 10, NULL);
        } else if (strcmp(option, "--file") == 0) {
            arguments.seeds_file = value;
        } else if (strcmp(option, "--minutes") == 0) {
            arguments.minutes = (uint32_t)number_of(value, 10, NULL);
        } else {
            usage();
        }
    }
    if (!arguments.has_seeds && arguments.runs == 0 && !arguments.seeds_file && arguments.minutes == 0)
        usage();
    return arguments;
}

static struct sim_figures figures;
static uint64_t runs;

static uint64_t run(const struct arguments *arguments, uint64_t seed)
{
    uint64_t trace = 0;
    sim_run(seed, arguments->steps, arguments->loud, &trace, &figures);
    runs++;
    return trace;
}

/* A line a seed: the seed, maybe a number of steps, and behind `#` what it found. */
static void run_file(const struct arguments *arguments)
{
    char line[512];
    FILE *file = fopen(arguments->seeds_file, "r");
    if (!file) {
        perror(arguments->seeds_file);
        exit(2);
    }
    while (fgets(line, sizeof(line), file)) {
        unsigned long long seed;
        struct arguments one = *arguments;
        int got = sscanf(line, "%llu %u", &seed, &one.steps);
        if (line[0] == '#' || got < 1)
            continue;
        (void)run(&one, seed);
    }
    fclose(file);
}

static void run_number(const struct arguments *arguments)
{
    struct sim_random random = {arguments->number};
    for (uint32_t i = 0; i < arguments->runs; i++) {
        uint64_t seed = sim_next(&random) >> 20;
        uint64_t trace = run(arguments, seed);
        if (i < arguments->twice && run(arguments, seed) != trace) {
            printf("FAILED seed %llu: two runs, two traces\n0 passed, 1 failed\n", (unsigned long long)seed);
            exit(1);
        }
    }
}

static void run_minutes(const struct arguments *arguments)
{
    struct timespec start, now;
    clock_gettime(CLOCK_REALTIME, &start);
    struct sim_random random = {(uint64_t)start.tv_sec * 1000000000u + (uint64_t)start.tv_nsec};
    do {
        (void)run(arguments, sim_next(&random) >> 20);
        clock_gettime(CLOCK_REALTIME, &now);
    } while (now.tv_sec - start.tv_sec < (time_t)arguments->minutes * 60);
}

static void print_figures(void)
{
    printf("%llu runs, %llu steps, %llu events, %llu acknowledged, %llu repeated; %llu requests of clients; "
           "%llu charters\n",
           (unsigned long long)runs, (unsigned long long)figures.steps, (unsigned long long)figures.events,
           (unsigned long long)figures.acknowledged, (unsigned long long)figures.repeated,
           (unsigned long long)figures.requests, (unsigned long long)figures.installs);
    printf("%llu openings (%llu failed), %llu closes, %llu kills, %llu crashes, %llu faults, %llu failed "
           "engines, "
           "%llu full disks, %llu cut journals, %llu segments, %llu times recomputed; %llu snapshots between "
           "steps, %llu openings from one\n",
           (unsigned long long)figures.opens, (unsigned long long)figures.failed_opens,
           (unsigned long long)figures.closes, (unsigned long long)figures.kills,
           (unsigned long long)figures.crashes, (unsigned long long)figures.faults,
           (unsigned long long)figures.stops, (unsigned long long)figures.full,
           (unsigned long long)figures.cuts, (unsigned long long)figures.segments,
           (unsigned long long)figures.recomputed, (unsigned long long)figures.snapshots,
           (unsigned long long)figures.from_snapshots);
    for (unsigned code = 0; code < SB_RESULT_COUNT; code++)
        if (figures.by_code[code] > 0)
            printf("%s %llu  ", sb_result_word((enum sb_result_code)code),
                   (unsigned long long)figures.by_code[code]);
    printf("\n");
}

int main(int argc, char **argv)
{
    struct arguments arguments = read_arguments(argc, argv);
    if (arguments.seeds_file)
        run_file(&arguments);
    for (uint64_t seed = arguments.from; arguments.has_seeds && seed <= arguments.to; seed++)
        printf("seed %llu trace %016llx\n", (unsigned long long)seed,
               (unsigned long long)run(&arguments, seed));
    if (arguments.runs > 0)
        run_number(&arguments);
    if (arguments.minutes > 0)
        run_minutes(&arguments);
    print_figures();
    printf("%llu passed, 0 failed\n", (unsigned long long)runs);
    return 0;
}
