/*-------------------------------------------------------------------------
 *
 * wal_read.c
 *	  Reads the records of a range of WAL, up to where it is safe to read.
 *
 * The server's xlogreader does the decoding, with its checks of every page
 * header, record header and CRC.  The pages come from here: the server's own
 * callbacks raise an error where a segment is gone, which would take back
 * what was read so far.  Files are read in pieces and closed at once, so
 * nothing is open between two records and a recycled segment is noticed when
 * the next piece is wanted.
 *
 * Nothing is read behind the flushed position (the replayed one on a
 * standby), as it was when the reading began: so it ends, however fast others
 * write.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "access/timeline.h"
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "access/xlogrecovery.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "utils/pg_lsn.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "source/control_file.h"
#include "source/wal_read.h"

/* A piece is small at first, for who wants few records, then this large */
#define PIECE_FIRST		(2 * XLOG_BLCKSZ)
#define PIECE_LARGEST	(32 * XLOG_BLCKSZ)

struct AiTimeline
{
	TimeLineID	tli;
	XLogRecPtr	begin;
	XLogRecPtr	end;			/* invalid for the last one */
};

/*
 * ai_wal_limit - up to where this server's WAL may be read now
 */
XLogRecPtr
ai_wal_limit(TimeLineID *timeline)
{
	return RecoveryInProgress() ?
		GetXLogReplayRecPtr(timeline) : GetFlushRecPtr(timeline);
}

/*
 * ai_wal_pages - how many pages of WAL there are in a range, for the planner
 *
 * What can't be read is told when it is read, so here the range is only cut.
 */
double
ai_wal_pages(XLogRecPtr start, XLogRecPtr end)
{
	XLogRecPtr	limit = ai_wal_limit(NULL);

	if (XLogRecPtrIsInvalid(start))
		start = ai_wal_redo();
	if (XLogRecPtrIsInvalid(end) || end > limit)
		end = limit;
	return start < end ? (double) (end - start) / XLOG_BLCKSZ : 0;
}

static void
read_history(AiWalReader *reader)
{
	List	   *history = readTimeLineHistory(reader->timeline);
	ListCell   *cell;
	int			i = 0;

	if (reader->history)
		pfree(reader->history);
	reader->nhistory = list_length(history);
	reader->history = palloc(Max(reader->nhistory,
								 1) * sizeof(struct AiTimeline));
	foreach(cell, history)
	{
		TimeLineHistoryEntry *entry = lfirst(cell);

		reader->history[i].tli = entry->tli;
		reader->history[i].begin = entry->begin;
		reader->history[i].end = entry->end;
		i++;
	}
	list_free_deep(history);
}

/*
 * The timeline in whose file a page is to be looked for: the one that the
 * last byte of the segment belongs to, as the file of a newer timeline begins
 * with a copy of what the older one had written of that segment.
 *
 * Follows tliOfPointInHistory
 * (src/backend/access/transam/timeline.c, REL_19_STABLE)
 */
static TimeLineID
timeline_of(const AiWalReader *reader, XLogRecPtr page)
{
	XLogRecPtr	last = page - page % wal_segment_size + wal_segment_size - 1;

	for (int i = 0; i < reader->nhistory; i++)
	{
		const struct AiTimeline *t = &reader->history[i];

		if (last >= t->begin &&
			(XLogRecPtrIsInvalid(t->end) || last < t->end))
			return t->tli;
	}
	return reader->timeline;
}

/* Keeps why reading stopped: whole, in whatever language it is said */
static void
note_problem(AiWalReader *reader, const char *problem)
{
	reader->problem = MemoryContextStrdup(reader->context, problem);
}

/*
 * Reads a piece of a segment file that begins with the given page.  False,
 * with the problem noted, where the file is gone or too short.
 */
static bool
read_piece(AiWalReader *reader, TimeLineID tli, XLogRecPtr page,
		   uint32 wanted)
{
	char		path[MAXPGPATH];
	char		name[MAXFNAMELEN];
	XLogSegNo	segno;
	uint32		offset = XLogSegmentOffset(page, wal_segment_size);
	uint32		len;
	int			fd;
	ssize_t		got;

	/* a piece that follows the one before is larger */
	if (page == reader->piece_start + reader->piece_len &&
		reader->piece_len > 0)
		reader->piece_next = Min(2 * reader->piece_next, PIECE_LARGEST);
	len = Max(reader->piece_next, wanted);
	len = Min(len, wal_segment_size - offset);
	len = Min(len, reader->limit - page);

	XLByteToSeg(page, segno, wal_segment_size);
	XLogFileName(name, tli, segno, wal_segment_size);
	XLogFilePath(path, tli, segno, wal_segment_size);
	reader->piece_len = 0;
	fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	if (fd < 0)
	{
		note_problem(reader, errno == ENOENT ?
					 psprintf("WAL segment file %s has been removed or recycled", name) :
					 psprintf("could not open WAL segment file %s: %m",
							  name));
		return false;
	}
	pgstat_report_wait_start(WAIT_EVENT_WAL_READ);
	got = pg_pread(fd, reader->piece, len, offset);
	pgstat_report_wait_end();
	if (got < 0)
		note_problem(reader,
					 psprintf("could not read WAL segment file %s: %m",
							  name));
	else if ((uint32) got < wanted)
		note_problem(reader,
					 psprintf("WAL segment file %s is too short", name));
	CloseTransientFile(fd);
	if (got < 0 || (uint32) got < wanted)
		return false;
	reader->piece_start = page;
	reader->piece_len = got;
	return true;
}

/*
 * The xlogreader's page callback: the bytes of a page that may be read, or -1
 * at the end of the WAL, or with the problem noted.
 *
 * Follows read_local_xlog_page_guts
 * (src/backend/access/transam/xlogutils.c, REL_19_STABLE)
 */
static int
read_wal_page(XLogReaderState *state, XLogRecPtr page, int wanted,
			  XLogRecPtr target, char *buf)
{
	AiWalReader *reader = state->private_data;
	uint32		len;
	TimeLineID	tli;

	if (page + wanted > reader->limit)
	{
		reader->at_end = true;
		return -1;
	}
	len = Min(XLOG_BLCKSZ, reader->limit - page);

	tli = timeline_of(reader, page);
	if (page < reader->piece_start ||
		page + len > reader->piece_start + reader->piece_len)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_piece(reader, tli, page, len))
		{
			TimeLineID	now;

			/* a promotion gives the last segment's file a new name */
			(void) ai_wal_limit(&now);
			if (now == reader->timeline)
				return -1;
			reader->timeline = now;
			read_history(reader);
			tli = timeline_of(reader, page);
			reader->problem = NULL;
			if (!read_piece(reader, tli, page, len))
				return -1;
		}
	}
	memcpy(buf, reader->piece + (page - reader->piece_start), len);
	state->seg.ws_tli = tli;
	return len;
}

static void
close_segment(XLogReaderState *state)
{
	/* nothing is open */
	state->seg.ws_file = -1;
}

/*
 * ai_wal_open - begins to read at the first record at or after start
 *
 * An end of 0, or one in the future, stands for the end of the WAL.  Where
 * there is no record in the range the first ai_wal_next() says so; a start
 * that can't be read is an error.
 */
AiWalReader *
ai_wal_open(XLogRecPtr start, XLogRecPtr end)
{
	AiWalReader *reader = palloc0(sizeof(AiWalReader));
	XLogRecPtr	first;
	XLogRecPtr	known;

	reader->context = CurrentMemoryContext;
	reader->limit = ai_wal_limit(&reader->timeline);
	known = RecoveryInProgress() ? reader->limit : GetXLogInsertRecPtr();
	if (start > known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("WAL start %X/%X lies in the future",
						LSN_FORMAT_ARGS(start)),
				 errdetail("The WAL of this server ends at %X/%X.",
						   LSN_FORMAT_ARGS(known))));
	if (!XLogRecPtrIsInvalid(end) && end < start)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("WAL end %X/%X lies before the start %X/%X",
						LSN_FORMAT_ARGS(end), LSN_FORMAT_ARGS(start))));

	reader->stop = XLogRecPtrIsInvalid(end) ? reader->limit :
		Min(end, reader->limit);
	/* no record can start in the first segment, nor at 0 */
	start = Max(start, (XLogRecPtr) wal_segment_size);
	reader->good = start;
	read_history(reader);
	reader->piece = palloc(PIECE_LARGEST);
	reader->piece_next = PIECE_FIRST;

	reader->state = XLogReaderAllocate(wal_segment_size, NULL,
									   XL_ROUTINE(.page_read = read_wal_page,
												  .segment_open = NULL,
												  .segment_close =
												  close_segment),
									   reader);
	if (reader->state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed while allocating a WAL reading processor.")));
	reader->state->system_identifier = GetSystemIdentifier();

	if (start >= reader->stop)
	{
		reader->at_end = true;
		return reader;
	}
	first = arch_find_next_record(reader->state, start);
	if (XLogRecPtrIsInvalid(first))
	{
		if (reader->at_end)
			return reader;
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FILE),
				 errmsg("cannot read the WAL from %X/%X on",
						LSN_FORMAT_ARGS(start)),
				 errdetail("%s.", reader->problem ? reader->problem :
						   "No valid record was found there"),
				 errhint("The view arch_inspect.wal_status shows from where on the WAL is kept.")));
	}
	reader->good = first;
	return reader;
}

/*
 * ai_wal_next - reads the next record into reader->state; false at the end
 *
 * A record that ends behind the end of the range does not belong to it.
 * Where reading stops because something is wrong, problem says what.
 */
bool
ai_wal_next(AiWalReader *reader)
{
	char	   *message = NULL;
	MemoryContext old;
	XLogRecord *record;

	if (reader->at_end || reader->problem)
		return false;
	old = MemoryContextSwitchTo(reader->context);
	record = XLogReadRecord(reader->state, &message);
	MemoryContextSwitchTo(old);
	if (record == NULL)
	{
		if (!reader->at_end && !reader->problem)
			note_problem(reader, message ? message :
						 "no valid record follows");
		return false;
	}
	if (reader->state->EndRecPtr > reader->stop)
	{
		reader->at_end = true;
		return false;
	}
	reader->good = reader->state->EndRecPtr;
	return true;
}

/*
 * ai_wal_warn - says why reading stopped, if it was not at the end
 *
 * A warning and not an error, so that what was read stays.
 */
void
ai_wal_warn(AiWalReader *reader)
{
	if (reader->at_end || !reader->problem)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("reading of the WAL stopped: %s", reader->problem),
			 errdetail("The last good record ends at %X/%X.",
					   LSN_FORMAT_ARGS(reader->good))));
	reader->at_end = true;
}

void
ai_wal_close(AiWalReader *reader)
{
	XLogReaderFree(reader->state);
	pfree(reader->piece);
	pfree(reader->history);
	pfree(reader);
}

/*
 * ai_wal_decode - the present record as plain bytes, for the decoders
 */
void
ai_wal_decode(const XLogReaderState *state, AiWalRecord *rec)
{
	const DecodedXLogRecord *r = state->record;

	rec->rmid = r->header.xl_rmid;
	rec->info = r->header.xl_info & ~XLR_INFO_MASK;
	rec->xid = r->header.xl_xid;
	rec->main = r->main_data;
	rec->main_len = r->main_data_len;
	rec->nblocks = Min(r->max_block_id, XLR_MAX_BLOCK_ID) + 1;
	for (int i = 0; i < rec->nblocks; i++)
	{
		const DecodedBkpBlock *from = &r->blocks[i];
		AiWalBlock *to = &rec->blocks[i];

		to->in_use = from->in_use;
		if (!from->in_use)
		{
			to->has_image = false;
			to->data = NULL;
			to->data_len = 0;
			continue;
		}
		to->has_image = from->has_image;
		to->forknum = from->forknum;
		memcpy(&to->locator, arch_block_rlocator(from), sizeof(AiLocator));
		to->blkno = from->blkno;
		to->data = from->has_data ? from->data : NULL;
		to->data_len = from->has_data ? from->data_len : 0;
		to->image_len = from->has_image ? from->bimg_len : 0;
	}
}
