-- SPDX-License-Identifier: GPL-2.0-only
-- Version 2. A run that is judged more than once must know how often: each look spends some of the
-- false alarms that it may give. run.blocks is how many blocks were begun or asked for so far, and
-- may grow.

-- Numbers of blocks at which the run was judged, in order: [6, 8].
ALTER TABLE run ADD COLUMN looks TEXT NOT NULL DEFAULT '[]'
	CHECK (json_valid(looks) AND json_type(looks) = 'array');
-- Why a run that is done has no more blocks; NULL before. In more words: run.reason.
ALTER TABLE run ADD COLUMN stopped TEXT
	CHECK (stopped IN ('fixed', 'settled', 'max-blocks', 'budget'));

PRAGMA user_version = 2;
