/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Points at which a test can have the process die as by kill -9: DCB_FAULT("boot-committed");
 * Built with DCB_FAULTS (the dev and asan presets); in any other build a point is nothing, and its
 * name is not in the program. A name stands at one place only; tests/integration/kill knows them
 * all.
 *
 *   DCBENCH_FAULT=NAME[:N]    dies where NAME is reached, or where this process reaches it for the
 *                             N-th time
 *   DCBENCH_FAULT_ONCE=FILE   makes FILE before it dies; where FILE is there, nobody dies
 *   DCBENCH_FAULT_LOG=FILE    a line "NAME PID" for each point that is reached
 */

#ifdef DCB_FAULTS
void dcb_fault_reach(const char *name);
#define DCB_FAULT(name) dcb_fault_reach(name)
#else
#define DCB_FAULT(name) ((void)0)
#endif
