// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/dose.h"
#include "reports/text.h"

char *dcb_name_dose(const struct dcb_store_run_workload *workload)
{
	_cleanup_free_ char *text = dcb_dose_format(workload, false, "", ",");

	return text ? dcb_text_printable(text + strlen(workload->name)) : NULL;
}

char *dcb_name_measure(const struct dcb_comparison *comparison)
{
	_cleanup_free_ char *text = dcb_format(
		"%s.%s", *comparison->role ? comparison->role : "iteration", comparison->metric);

	return text ? dcb_text_printable(text) : NULL;
}

static const struct dcb_name_unit units[] = {
	{"ns", 1, 1e9, "s", "metric", "seconds"},
	{"s", 1, 1, "s", "metric", "seconds"},
	{"count", 1, 1, NULL, "metric", NULL},
	{"bytes", 1, 1, "B", "binary", "bytes"},
	{"ratio", 1, 1, NULL, NULL, "ratio"},
	{"x", 1, 1, NULL, NULL, "ratio"},
	{"1/s", 1, 1, "1/s", NULL, "per_second"},
	{"loops/s", 1, 1, "loops/s", "metric", "loops_per_second"},
	{"cycles/ms", 1e3, 1, "cycles/s", "metric", "cycles_per_second"},
};

const struct dcb_name_unit *dcb_name_unit_find(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(units[i].ours, unit) == 0)
			return &units[i];
	return NULL;
}

double dcb_name_unit_convert(const struct dcb_name_unit *unit, double value)
{
	return unit ? value * unit->factor / unit->divisor : value;
}

static bool is_first(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_comparison *rows = summary->comparisons;

	return i == 0 || rows[i - 1].workload != rows[i].workload ||
	       strcmp(rows[i - 1].role, rows[i].role) != 0 ||
	       strcmp(rows[i - 1].metric, rows[i].metric) != 0;
}

bool dcb_told_side_next(const struct dcb_summary *summary, size_t *at,
			struct dcb_told_side *ret_side)
{
	for (; *at < 2 * summary->n_comparisons; ++*at) {
		size_t i = *at / 2;
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		bool is_base = *at % 2 == 0;

		if (is_base ? !is_first(summary, i) : comparison->candidate.kernel == summary->base)
			continue;
		*ret_side = (struct dcb_told_side){
			comparison, is_base ? &comparison->base : &comparison->candidate, i,
			is_base};
		++*at;
		return true;
	}
	return false;
}

struct dcb_boot_count dcb_boot_count(const struct dcb_summary *summary, size_t kernel)
{
	struct dcb_boot_count count = {0};

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel == kernel)
			*(dcb_store_boot_is_good(boot) ? &count.good : &count.failed) += 1;
	}
	return count;
}
