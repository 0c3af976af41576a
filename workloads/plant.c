// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/plant.h"

#include <errno.h>
#include <stddef.h>

#include "base/file.h"

#define WHOLE         1000000
#define PPM_A_PERCENT (WHOLE / 100)

int64_t dcb_plant_extra(int64_t ppm, int64_t n)
{
	return (n * ppm + WHOLE / 2) / WHOLE;
}

bool dcb_plant_hits(int64_t ppm, int64_t i)
{
	return dcb_plant_extra(ppm, i + 1) > dcb_plant_extra(ppm, i);
}

int dcb_plant_parse(const char *text, int64_t *ret_ppm)
{
	int64_t ppm = 0, scale = PPM_A_PERCENT;
	const char *at = text;

	if (*at < '0' || *at > '9')
		return -EINVAL;
	for (; *at >= '0' && *at <= '9' && ppm <= DCB_PLANT_MAX_PPM; at++)
		ppm = 10 * ppm + (*at - '0') * PPM_A_PERCENT;
	if (*at == '.') {
		if (at[1] < '0' || at[1] > '9')
			return -EINVAL;
		for (at++; *at >= '0' && *at <= '9' && scale > 1; at++) {
			scale /= 10;
			ppm += (*at - '0') * scale;
		}
	}
	if (at[0] != '%' || at[1] || ppm < DCB_PLANT_MIN_PPM || ppm > DCB_PLANT_MAX_PPM)
		return -EINVAL;
	*ret_ppm = ppm;
	return 0;
}

char *dcb_plant_format(int64_t ppm)
{
	int digits = 4;
	int64_t rest = ppm % PPM_A_PERCENT;

	if (rest == 0)
		return dcb_format("%lld%%", (long long)(ppm / PPM_A_PERCENT));
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	return dcb_format("%lld.%0*lld%%", (long long)(ppm / PPM_A_PERCENT), digits,
			  (long long)rest);
}
