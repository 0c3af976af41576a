/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Meetings of a waiter with a dying dentry, in any workload: each measured iteration of each waiter
 * is judged by dying-state.h, goes out as a sample with its state and figures, and is summed up as
 * the symptom at the end.
 */

#include "workloads/dying-state.h"
#include "workloads/report.h"

/* Rows for the metric table of the workload, for its waiting role. */
#define DCB_MEETING_METRICS(role)                                                                  \
	{role, DCB_MEETING_BUSY},                                                                  \
	{                                                                                          \
		role, DCB_MEETING_WASTE                                                            \
	}
#define DCB_MEETING_BUSY                                                                           \
	{                                                                                          \
		"busy", "ratio", DCB_BETTER_LOWER, true,                                           \
			"(cpu + run-delay) / wall: 1 spins, 0 sleeps; absent under 1 ms of wall"   \
	}
#define DCB_MEETING_WASTE                                                                          \
	{                                                                                          \
		"wasted-cycles", "cycles/ms", DCB_BETTER_LOWER, false,                             \
			"cycles a millisecond of wall time that the waiter was held up"            \
	}
/* The row for its symptom table, unless dcb_meeting_call() names another. */
#define DCB_MEETING_SYMPTOM                                                                        \
	{                                                                                          \
		"busy-wait", "a waiter of a dying dentry spins until it is gone"                   \
	}

struct dcb_meeting;

/* role: of the report's crew, whose threads wait. tries: at most so many measured iterations x
 * threads will be reported. ops: finds the metrics above. report and ops must outlive it. */
int dcb_meeting_new(const struct dcb_report *report, const struct dcb_workload_ops *ops,
		    size_t role, size_t tries, struct dcb_meeting **ret_meeting,
		    struct dcb_error *err);
void dcb_meeting_free(struct dcb_meeting *meeting);
DEFINE_CLEANUP(struct dcb_meeting *, dcb_meeting_free)

/* Where it is not a dying dentry that is met: the symptom's name, and what is met, as it stands
 * behind "met" in a message. Both must outlive the meeting. */
void dcb_meeting_call(struct dcb_meeting *meeting, const char *symptom, const char *what);

struct dcb_meeting_seen {
	double closer_wall_ns; /* how long the dentry was dying, at least about */
	bool closed_before;    /* it was gone when the waiter's call began */
	bool closed_after;     /* it was gone when the waiter's call had returned */
	double own_switches;   /* voluntary ones that the call makes without any wait too */
};

/* Judges what the waiter's sampler read last, and sends the sample, with `extra` behind it.
 * Warm-ups (iteration < 0) are sent and not summed. */
int dcb_meeting_report(struct dcb_meeting *meeting, size_t thread, int iteration,
		       const struct dcb_meeting_seen *seen, const struct dcb_value *extra,
		       size_t n_extra, struct dcb_error *err);
/* How the last one reported was judged. */
enum dcb_dying_state dcb_meeting_last(const struct dcb_meeting *meeting);
/* Sends the symptom. required: -ETIME where under half of the tries met a dying dentry, with what
 * to do (`advice`: "a larger size= keeps it open for longer"). */
int dcb_meeting_conclude(struct dcb_meeting *meeting, bool required, const char *advice,
			 struct dcb_error *err);
