/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a waiter of a dying dentry did, told from outside: pure rules on measured values. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dcb_dying_state {
	DCB_DYING_SPIN,    /* waited, busily */
	DCB_DYING_SLEEP,   /* waited, asleep */
	DCB_DYING_NO_WAIT, /* returned while the dentry was still dying */
	DCB_DYING_UNCLEAR, /* waited, neither all busy nor all asleep */
	DCB_DYING_MISS,    /* came too late to meet a dying dentry */
	DCB_DYING_N,
};

const char *dcb_dying_state_name(enum dcb_dying_state state); /* "spin", "sleep", "no-wait"... */

struct dcb_dying_observation {
	double waiter_wall_ns, closer_wall_ns;
	bool has_busy; /* else busy is not known */
	double busy;
	double voluntary_switches;
	bool closed_before; /* the close had returned when the waiter's call began */
	bool closed_after;  /* the close had returned when the waiter's call returned */
};

/* (cpu + run delay) / wall: 1 for a thread that wants the CPU all the time, however loaded the
 * machine is; false below 1 ms of wall, where it means nothing. */
bool dcb_dying_busy(double wall_ns, double cpu_ns, double run_delay_ns, double *ret_busy);
/*
 * closed_after of an observation, from when both calls ended. On one CPU a closer may be done and
 * lose the CPU before it can say so: a close that ended shortly behind the waiter's call counts as
 * over, since the waiter may have come in the last moment.
 */
bool dcb_dying_over(uint64_t closed_ns, uint64_t returned_ns, double closer_wall_ns);
enum dcb_dying_state dcb_dying_judge(const struct dcb_dying_observation *observation);

struct dcb_dying_verdict {
	enum dcb_dying_state state; /* of most tries that hit; MISS where under half of them did */
	double busy;                /* median over the hits, 0 where none is known */
	int hits, tries;
};

/* busy[i] is NAN where it is not known. The order of both arrays is lost. */
struct dcb_dying_verdict dcb_dying_sum(const enum dcb_dying_state *states, double *busy, size_t n);
