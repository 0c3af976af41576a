/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the files of a program share. */

#include "base/arch.h"

struct dcb_apt;
struct dcb_error;
struct dcb_program;

/* The name of a program's description in its folder. */
#define DCB_PROGRAM_JSON "program.json"

/* Fetches the packages and puts the program's files, named by their place in the guest, with their
 * description into the new folder `target`. */
int dcb_program_fetch(struct dcb_apt *apt, const char *package, enum dcb_arch arch,
		      const char *target, struct dcb_error *err);
