package verify

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/yinxin-org/yinxin/internal/translog"
)

// WatchOptions say what a log is watched with.
type WatchOptions struct {
	Pub       []byte            // the log's public keys
	Witnesses Witnesses         // whose cosignatures are looked for
	Last      []byte            // the signed checkpoint that was seen last; nil the first time
	LastAt    time.Time         // when it was first seen; zero if that is not known
	Peers     map[string][]byte // signed checkpoints that others were shown, by name
	Now       time.Time
	MaxAge    time.Duration // of the newest checkpoint; not looked at if 0
	Within    time.Duration // how old, or how far ahead, cosignatures may be that count; not looked at if 0
	// Skew is by how much the times of new leaves may lie before LastAt or after Now; an hour if 0.
	Skew time.Duration
}

// WatchReport says whether a log has only grown since it was looked at last, and is the same for others.
type WatchReport struct {
	AuditReport
	Age        int64  `json:"age"`        // seconds since the log is known to have been alive
	Checkpoint string `json:"checkpoint"` // as it is signed; to be kept for the next time
	Before     string `json:"before,omitempty"`
}

// Watch looks at a log's checkpoint: it must extend the one that was seen last and every one that others were shown. When
// it does not, the two signed checkpoints are the proof. An error is only that tiles could not be read.
func Watch(ctx context.Context, files LogFiles, o WatchOptions) (WatchReport, error) {
	a := &audit{files: files, report: AuditReport{Verdict: LogValid, Causes: []AuditCause{}, Need: o.Witnesses.Need}}
	r := WatchReport{Before: string(o.Last)}
	var err error
	if a.keys, err = translog.ParseKeys(o.Pub); err != nil {
		a.fault(LogKeys, nil, "")
	} else {
		err = a.watch(ctx, o, &r)
	}
	r.AuditReport = a.report
	return r, err
}

func (a *audit) watch(ctx context.Context, o WatchOptions, r *WatchReport) error {
	ok, err := a.heads(ctx, o.Witnesses)
	if err != nil {
		a.fault(LogGone, nil, translog.CheckpointPath)
	}
	if !ok || err != nil {
		return nil //nolint:nilerr // it is the finding
	}
	a.report.Origin, a.report.Size, a.report.Root = a.head.Origin, a.head.Size, a.head.Root
	r.Checkpoint = string(a.head.Signed)
	alive := o.Now
	if o.Last != nil {
		last, err := translog.OpenCheckpoint(o.Last, a.keys)
		if err != nil {
			a.fault(LogEvidence, nil, "")
			return nil //nolint:nilerr // it is the finding
		}
		if last.Size == a.head.Size {
			alive = o.LastAt
		}
		if err := a.extends(ctx, last, LogFork, ""); err != nil {
			return a.unread(err)
		}
		a.sighted(last, o.Last, o.LastAt)
		if err := a.grown(ctx, last.Size, o.Now, cmpOr(o.Skew, time.Hour)); err != nil {
			return a.unread(err)
		}
	}
	if err := a.signed(ctx, o.Witnesses, Fresh{o.Now, o.Within}); err != nil {
		return a.unread(err)
	}
	if err := a.extendsCosigned(ctx); err != nil {
		return a.unread(err)
	}
	for _, s := range a.report.Witnesses {
		if at, err := time.Parse(time.RFC3339, s.At); err == nil && o.Last != nil && at.After(alive) {
			alive = at
		}
	}
	r.Age = max(0, int64(o.Now.Sub(alive)/time.Second))
	if o.MaxAge > 0 && o.Now.Sub(alive) > o.MaxAge {
		a.fault(LogStale, nil, "")
	}
	for name, signed := range o.Peers {
		if err := a.peer(ctx, name, signed); err != nil {
			return a.unread(err)
		}
	}
	return nil
}

// unread turns files that cannot be had into a finding.
func (a *audit) unread(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, translog.ErrFatal) {
		a.fault(LogTiles, nil, "")
		return nil
	}
	return err
}

func (a *audit) peer(ctx context.Context, name string, signed []byte) error {
	c, err := translog.OpenCheckpoint(signed, a.keys)
	if err != nil || c.Origin != a.head.Origin {
		a.fault(LogEvidence, nil, name)
		return nil //nolint:nilerr // it is the finding
	}
	return a.extends(ctx, c, LogSplit, name)
}
