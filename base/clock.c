// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"

#include <time.h>

int64_t dcb_clock_unix_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * INT64_C(1000000) + time.tv_nsec / 1000;
}
