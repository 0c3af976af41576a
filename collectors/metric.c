// SPDX-License-Identifier: GPL-2.0-only
#include "collectors/metric.h"

const char *dcb_better_name(enum dcb_better better)
{
	switch (better) {
	case DCB_BETTER_LOWER:
		return "lower";
	case DCB_BETTER_HIGHER:
		return "higher";
	case DCB_BETTER_NEITHER:
		break;
	}
	return "neither";
}
