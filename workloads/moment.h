/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How a thread finds the moment to go, outside its timed part. None of these polls busily, so that
 * on one CPU the thread that is waited for can run.
 */

#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>

struct dcb_error;

#define DCB_MOMENT_TIMEOUT_NS UINT64_C(60000000000)
#define DCB_MOMENT_DELAY_NS   200000 /* from the end of a descriptor to the waiter's call */

void dcb_moment_nap(long ns);
/* -ETIMEDOUT where `flag` stays false for DCB_MOMENT_TIMEOUT_NS. `what` comes to the message. */
int dcb_moment_await(atomic_bool *flag, const char *what, struct dcb_error *err);
/* The same for a semaphore, asleep until it is posted: for waits inside of timed parts. */
int dcb_moment_await_post(sem_t *posted, const char *what, struct dcb_error *err);
/* Waits until the number `fd` is free: the closer's close() has taken it out of the table, and its
 * file is now being released. `probe` is any open descriptor. */
int dcb_moment_await_close(int fd, int probe, struct dcb_error *err);
