/* SPDX-License-Identifier: Apache-2.0 */
#include "net/throttle.h"

#include "base/limits.h"
#include "base/str.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 16

/* Names and addresses are kept as hashes: an entry is small and says nothing of who it is about. */
struct entry {
    uint8_t key[KEY_SIZE];
    uint32_t failures;
    int64_t last; /* 0: the place is free */
};

struct sb_throttle {
    pthread_mutex_t mutex;
    struct entry entries[SB_THROTTLE_ENTRIES_MAX];
};

struct sb_throttle *sb_throttle_new(void)
{
    struct sb_throttle *throttle = calloc(1, sizeof(*throttle));
    if (throttle)
        pthread_mutex_init(&throttle->mutex, NULL);
    return throttle;
}

void sb_throttle_free(struct sb_throttle *throttle)
{
    if (!throttle)
        return;
    pthread_mutex_destroy(&throttle->mutex);
    free(throttle);
}

/* Of an address and a name, or (name NULL) of an address alone. */
static void make_key(const char *address, const char *name, uint8_t key[KEY_SIZE])
{
    struct sb_str text = {0};
    sb_str_printf(&text, "%s %s", address, name ? name : "");
    (void)crypto_generichash(key, KEY_SIZE, (const unsigned char *)sb_str_text(&text), text.size, NULL,
                             0); /* sizes that it knows */
    if (!name)
        key[0] ^= 1;
    sb_str_release(&text);
}

/* Requires the mutex. The entry of a key, NULL when there is none that still counts. */
static struct entry *find(struct sb_throttle *throttle, const uint8_t key[KEY_SIZE], int64_t now)
{
    for (unsigned i = 0; i < SB_THROTTLE_ENTRIES_MAX; i++) {
        struct entry *entry = &throttle->entries[i];
        if (entry->last != 0 && entry->last + SB_THROTTLE_S > now && memcmp(entry->key, key, KEY_SIZE) == 0)
            return entry;
    }
    return NULL;
}

/* Requires the mutex. */
static void fail(struct sb_throttle *throttle, const uint8_t key[KEY_SIZE], int64_t now)
{
    struct entry *entry = find(throttle, key, now), *oldest = &throttle->entries[0];
    for (unsigned i = 0; i < SB_THROTTLE_ENTRIES_MAX && !entry; i++)
        if (throttle->entries[i].last < oldest->last)
            oldest = &throttle->entries[i];
    if (!entry) {
        entry = oldest;
        memcpy(entry->key, key, KEY_SIZE);
        entry->failures = 0;
    }
    entry->failures++;
    entry->last = now;
}

int64_t sb_throttle_wait(struct sb_throttle *throttle, const char *address, const char *name, int64_t now)
{
    uint8_t of_name[KEY_SIZE], of_address[KEY_SIZE];
    int64_t wait = 0;
    make_key(address, name, of_name);
    make_key(address, NULL, of_address);
    pthread_mutex_lock(&throttle->mutex);
    const struct entry *entry = find(throttle, of_name, now);
    if (entry && entry->failures >= SB_THROTTLE_NAME_MAX)
        wait = entry->last + SB_THROTTLE_S - now;
    entry = find(throttle, of_address, now);
    if (entry && entry->failures >= SB_THROTTLE_ADDRESS_MAX && entry->last + SB_THROTTLE_S - now > wait)
        wait = entry->last + SB_THROTTLE_S - now;
    pthread_mutex_unlock(&throttle->mutex);
    return wait;
}

void sb_throttle_failed(struct sb_throttle *throttle, const char *address, const char *name, int64_t now)
{
    uint8_t of_name[KEY_SIZE], of_address[KEY_SIZE];
    make_key(address, name, of_name);
    make_key(address, NULL, of_address);
    pthread_mutex_lock(&throttle->mutex);
    fail(throttle, of_name, now);
    fail(throttle, of_address, now);
    pthread_mutex_unlock(&throttle->mutex);
}

void sb_throttle_passed(struct sb_throttle *throttle, const char *address, const char *name)
{
    uint8_t key[KEY_SIZE];
    make_key(address, name, key);
    pthread_mutex_lock(&throttle->mutex);
    for (unsigned i = 0; i < SB_THROTTLE_ENTRIES_MAX; i++)
        if (memcmp(throttle->entries[i].key, key, KEY_SIZE) == 0)
            throttle->entries[i] = (struct entry){.last = 0};
    pthread_mutex_unlock(&throttle->mutex);
}
