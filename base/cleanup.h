/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Ownership of locals: a local that owns something says so where it is declared. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(func) __attribute__((cleanup(func)))

/* Hand the object over: yields the value and leaves nothing to clean up. Evaluates its argument
 * once. */
#define TAKE(var, none)                                                                            \
	({                                                                                         \
		__typeof__(var) *take_from_ = &(var);                                              \
		__typeof__(var) taken_ = *take_from_;                                              \
		*take_from_ = (none);                                                              \
		taken_;                                                                            \
	})
#define TAKE_PTR(ptr) TAKE(ptr, NULL)
#define TAKE_FD(fd)   TAKE(fd, -1)

/* DEFINE_CLEANUP(struct dcb_x *, dcb_x_free) defines dcb_x_freep() for _cleanup_(). */
#define DEFINE_CLEANUP(type, func)                                                                 \
	static inline void func##p(type *object)                                                   \
	{                                                                                          \
		if (*object)                                                                       \
			func(*object);                                                             \
	}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

DEFINE_CLEANUP(DIR *, closedir)

#define _cleanup_free_   _cleanup_(cleanup_free)
#define _cleanup_close_  _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
