// SPDX-License-Identifier: GPL-2.0-only
/* Until the real ones are merged. */
#include <stdlib.h>
#include <string.h>

#include "reports/command-line.h"
#include "reports/history.h"

__attribute__((weak)) int dcb_histories_load(struct dcb_store *store,
					     const struct dcb_history_query *query,
					     struct dcb_histories *ret_histories,
					     struct dcb_error *err)
{
	(void)store, (void)query, (void)ret_histories, (void)err;
	return 0;
}

__attribute__((weak)) void dcb_histories_deinit(struct dcb_histories *histories)
{
	(void)histories;
}

__attribute__((weak)) int dcb_command_line_run(const struct dcb_summary *summary, char ***ret_words,
					       struct dcb_error *err)
{
	(void)summary, (void)err;
	*ret_words = calloc(3, sizeof(char *));
	(*ret_words)[0] = strdup("dcbench");
	(*ret_words)[1] = strdup("run");
	return 0;
}

__attribute__((weak)) void dcb_words_freep(char ***words)
{
	for (char **word = *words; word && *word; word++)
		free(*word);
	free(*words);
}
