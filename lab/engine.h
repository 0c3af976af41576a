/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The inside of a run: run.c decides which blocks there are, boots.c boots them. */

#include "lab/order.h"
#include "lab/plan.h"
#include "lab/prepare.h"
#include "lab/run.h"
#include "lab/scratch.h"
#include "lab/until.h"
#include "schema/store.h"

struct dcb_slot;

struct dcb_engine {
	struct dcb_store *store;
	const struct dcb_plan *plan;
	const struct dcb_run_options *options;
	struct dcb_prepared prepared;
	struct dcb_scratch scratch;
	int64_t run_id;
	struct dcb_order order;
	size_t n_cells, next; /* in order: those of the blocks under way; the next to start */
	int64_t blocks;       /* of the run so far */
	size_t n_looks;
	int64_t last_look; /* at so many blocks; 0: none */
	struct dcb_pace pace;
	double spent_s; /* by earlier starts */
	size_t n_finished, n_todo;
	struct dcb_slot *slots; /* boots under way */
	size_t n_slots, n_running;
	double started_s, guests_since_s, guest_wall_s;
};

/* Seconds of a clock that never goes back, and Unix time. */
double dcb_engine_now_s(void);
/* A boot that is stored: its cell is done, and it counts for the pace. */
void dcb_engine_count_boot(struct dcb_engine *engine, int64_t block, size_t kernel, double wall_s);

/* Room for plan->jobs boots at a time. -ENOMEM. */
int dcb_engine_slots_init(struct dcb_engine *engine);
/* Ends what is still running. */
void dcb_engine_slots_deinit(struct dcb_engine *engine);
/* Boots and stores the cells before n_cells that are not done. -EINTR where it was stopped. */
int dcb_engine_boot_all(struct dcb_engine *engine, struct dcb_error *err);
