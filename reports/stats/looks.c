// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/looks.h"

double dcb_look_share(size_t k)
{
	return k <= 1 ? 0.75 : 1 / (4 * (double)k * (double)(k - 1));
}

double dcb_look_alpha(size_t k)
{
	return DCB_ALPHA * dcb_look_share(k);
}
