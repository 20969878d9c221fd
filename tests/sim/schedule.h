/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Threads that take turns. Only one runs; at each lock it may have to let another one on, and a number
 * decides which. So the front, which is made of threads, locks and signals, lives through the same
 * interleaving again whenever the seed is the same. The program is linked with --wrap for the four calls of
 * pthread on which a thread can wait or wake another; outside of sim_schedule they are what they always were.
 */

#include "sim.h"

#define SIM_STRANDS_MAX 12

struct sim_schedule {
    struct sim_random *random;      /* borrowed; decides who is next */
    void (*between)(void *context); /* called whenever the turn passes, or NULL */
    void *context;
};

/* Run body(contexts + n * size) for each n < count as a thread of its own, in turns, until all have returned.
 * Fails the run when all that are left wait for each other. Requires count <= SIM_STRANDS_MAX. */
void sim_schedule(const struct sim_schedule *schedule, void (*body)(void *context), void *contexts,
                  size_t size, uint32_t count);
