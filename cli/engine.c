// SPDX-License-Identifier: GPL-2.0-only
#include "cli/engine.h"

#include <signal.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/paths.h"
#include "cli/command.h"

static volatile sig_atomic_t arg_stop;

static void on_signal(int number)
{
	(void)number;
	arg_stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

void dcb_engine_folders_deinit(struct dcb_engine_folders *folders)
{
	free(folders->state);
	free(folders->cache);
}

int dcb_engine_options(struct dcb_engine_folders *folders, struct dcb_run_options *options,
		       struct dcb_error *err)
{
	int r;

	r = dcb_path_state(&folders->state, err);
	if (r < 0)
		return r;
	r = dcb_path_cache(&folders->cache, err);
	if (r < 0)
		return r;
	*options = (struct dcb_run_options){.state = folders->state,
					    .cache = folders->cache,
					    .sink = dcb_progress_sink(),
					    .stop = &arg_stop,
					    .judge = dcb_judge_run};
	catch_signals();
	return 0;
}

int dcb_engine_tell_resume(int r, int64_t run_id, struct dcb_error *err)
{
	if (r < 0 && run_id > 0 && err->kind != DCB_ERROR_USAGE)
		return dcb_error_set(err, -r, "%s; finished boots are kept: `dcbench resume %lld`",
				     err->message, (long long)run_id);
	return r;
}
