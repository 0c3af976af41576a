/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What a container's init does, whoever has made the container: in its root it looks up the files
 * of the layers below /image, and names that are not there; makes a tree in /work, which lands in
 * the upper layer, and files in the tmpfs on /tmp; opens /volume/spool/file, deletes its name,
 * fills it, and sleeps with it until it is killed.
 */

#include <stdint.h>

/* Written to the pipe; anything else begins the text of what went wrong. */
#define DCB_CONTAINER_STARTED 'S'
#define DCB_CONTAINER_READY   'R'

struct dcb_container_dose {
	int64_t dirs, files, negative, volume;
};

/* By it the agent is called in a container whose runtime starts a program: the doses behind it, in
 * the order above; the pipe is its standard output. */
#define DCB_CONTAINER_INIT_ARG "--container-init"
/* Exit code of a call with bad arguments; does not return from a good one. */
int dcb_container_init_main(int argc, char **argv);

/* Calls nothing that allocates or locks: it may be a copy of one thread of a threaded process. */
_Noreturn void dcb_container_init_run(const struct dcb_container_dose *dose, int pipe_fd);
