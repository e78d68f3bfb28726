package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// LogFiles gives the published files of a log, from a folder or an address. A file that is missing is fs.ErrNotExist.
type LogFiles interface {
	Read(ctx context.Context, path string) ([]byte, error)
}

// AuditOptions say what a log is audited against.
type AuditOptions struct {
	Pub       []byte    // the log's public keys
	Witnesses Witnesses // whose cosignatures are looked for
	// Evidence are receipts, promises, proofs, certificates and lists that holders and receivers kept, and what monitors remember
	// (Seen), by name: every one must be kept by the log, too. They tell when trees stood, where witnesses whose keys are given
	// signed them or a monitor saw them.
	Evidence map[string][]byte
	// Skew is by how much a leaf's time may differ from its neighbours', and from when the trees around it stood; an hour if 0.
	Skew time.Duration
	Fresh
}

// Fresh bounds the age of the cosignatures that count towards those that are needed. Without a bound the operator may show
// for ever what witnesses signed long ago.
type Fresh struct {
	Now    time.Time
	Within time.Duration // of Now, before or after; any age will do if 0
}

func (f Fresh) has(at time.Time) bool { return f.Within == 0 || f.Now.Sub(at).Abs() <= f.Within }

// Seen is what a monitor remembers: a signed checkpoint, and when it was the newest by the monitor's own clock.
type Seen struct {
	Checkpoint string    `json:"checkpoint"`
	SeenAt     time.Time `json:"seenAt"`
}

// AuditReport says whether a log is what its checkpoint says, leaf by leaf.
type AuditReport struct {
	Verdict   string           `json:"verdict"` // LogValid or LogInvalid
	Causes    []AuditCause     `json:"causes"`  // at most 20 of a kind
	Origin    string           `json:"origin,omitempty"`
	Size      uint64           `json:"size"`
	Root      []byte           `json:"root,omitempty"`
	First     string           `json:"first,omitempty"` // time of the first leaf
	Last      string           `json:"last,omitempty"`
	Cosigned  uint64           `json:"cosigned"` // size of the tree that the witnesses have signed
	Witnesses []LogCosignature `json:"witnesses,omitempty"`
	Need      int              `json:"need,omitempty"`
	Evidence  int              `json:"evidence"` // receipts and proofs that were looked for
}

// AuditCause is one thing that is wrong with a log, and where.
type AuditCause struct {
	LogCause
	Index *uint64 `json:"index,omitempty"` // of a leaf
	File  string  `json:"file,omitempty"`  // of the log, or of the evidence
}

// The codes that an audit or a watch adds to those of a [LogReport].
const (
	LogTiles    = "LOG_TILES"
	LogTime     = "LOG_TIME"
	LogDropped  = "LOG_DROPPED"
	LogFork     = "LOG_FORK"
	LogEvidence = "LOG_EVIDENCE"
	LogGone     = "LOG_GONE"
	LogBack     = "LOG_BACK"
	LogSplit    = "LOG_SPLIT"
	LogStale    = "LOG_STALE"
	LogDated    = "LOG_DATED"
	LogOldSign  = "LOG_OLD_COSIGNATURE"
)

func auditCause(code string) LogCause {
	c := LogCause{Code: code}
	switch code {
	case LogTiles:
		c.Zh, c.En = "日志文件缺失或被改动：由条目重新算出的哈希与之不符。", "A file of the log is missing or was changed: the entries give other hashes."
	case LogTime:
		c.Zh, c.En = "条目所述时间与前后条目相差过大，可能是倒签。", "The time that the entry states is far from its neighbours': it may be back-dated."
	case LogDropped:
		c.Zh, c.En = "日志承诺收录的记录不在日志中。", "A record that the log promised to enter is not in it."
	case LogFork:
		c.Zh, c.En = "日志签过名的两个检查点互相矛盾：历史被改写过。", "Two checkpoints that the log signed contradict each other: its past was rewritten."
	case LogEvidence:
		c.Zh, c.En = "回执或证明文件不是该日志出具的，或格式不正确。", "A receipt or proof is not this log's, or is malformed."
	case LogGone:
		c.Zh, c.En = "取不到日志的检查点或文件。", "The log's checkpoint or files cannot be had."
	case LogBack:
		c.Zh, c.En = "日志退回到了更早的检查点。", "The log went back to an earlier checkpoint."
	case LogSplit:
		c.Zh, c.En = "日志给别人看的与给这里看的不是同一棵树。", "The log shows others another tree than it shows here."
	case LogStale:
		c.Zh, c.En = "最近的检查点已过久，日志可能停止了。", "The newest checkpoint is too old: the log may have stopped."
	case LogDated:
		c.Zh, c.En = "条目所述时间与见证方签名、或监视者看到其前后检查点的时间相矛盾：可能是成批倒签，或日志曾长时间停顿。",
			"The time that the entry states contradicts when witnesses signed, or a monitor saw, the trees before and after it: it may be back-dated, or the log stood still for long."
	case LogOldSign:
		c.Zh, c.En = "见证方签名已过久，够新的不足所需：日志可能不再给见证方看新的检查点。",
			"Too few of the cosignatures are recent: the log may no longer show its checkpoints to the witnesses."
	default:
		return logCause(code)
	}
	return c
}

// sameCauses bounds how many causes of a kind are told.
const sameCauses = 20

type audit struct {
	report AuditReport
	files  LogFiles
	reader *translog.Reader
	keys   []*translog.Key
	head   *translog.Head
	times  []int64           // microseconds, of each leaf; noTime of one that cannot be read
	wanted map[string]string // leaf hash → file of the receipt

	witnesses []*translog.Key
	cosigned  *translog.Head // nil if no checkpoint is
	sightings []sighting
}

func (a *audit) fault(code string, index *uint64, file string) {
	a.report.Verdict = LogInvalid
	same := 0
	for _, c := range a.report.Causes {
		if c.Code == code {
			same++
		}
	}
	if same < sameCauses {
		a.report.Causes = append(a.report.Causes, AuditCause{LogCause: auditCause(code), Index: index, File: file})
	}
}

// Audit checks a whole log from its published files alone: the checkpoint bears the signatures of all keys, the entries
// give every tile and the root, each leaf has its one form and a time near its neighbours', witnesses have cosigned, and
// every receipt and proof that was kept fits. An error is only that files could not be read.
func Audit(ctx context.Context, files LogFiles, o AuditOptions) (AuditReport, error) {
	a := &audit{files: files, wanted: map[string]string{}, report: AuditReport{Verdict: LogValid, Causes: []AuditCause{}, Need: o.Witnesses.Need, Evidence: len(o.Evidence)}}
	var err error
	if a.keys, err = translog.ParseKeys(o.Pub); err != nil || promiseKey(a.keys) == nil {
		a.fault(LogKeys, nil, "")
		return a.report, nil //nolint:nilerr // it is the finding
	}
	if ok, err := a.heads(ctx, o.Witnesses); !ok || err != nil {
		return a.report, err
	}
	a.report.Origin, a.report.Size, a.report.Root = a.head.Origin, a.head.Size, a.head.Root
	proofs := a.sort(o.Evidence)
	if err := a.leaves(ctx); err != nil {
		return a.report, err
	}
	if err := a.signed(ctx, o.Witnesses, o.Fresh); err != nil {
		return a.report, err
	}
	a.neighbours(cmpOr(o.Skew, time.Hour))
	a.dated(0, cmpOr(o.Skew, time.Hour))
	for _, name := range a.wanted {
		a.fault(LogDropped, nil, name)
	}
	for name, p := range proofs {
		if err := a.extends(ctx, p, LogFork, name); err != nil {
			return a.report, err
		}
	}
	return a.report, a.extendsCosigned(ctx)
}

// heads reads the cosigned checkpoint and then the newest, which the log may have moved on to meanwhile, but not back. It
// reports whether there is one that can be looked at.
func (a *audit) heads(ctx context.Context, w Witnesses) (ok bool, err error) {
	a.reader = translog.NewReader(a.files, translog.SM3{}, a.keys)
	if a.witnesses, err = translog.ParseWitnesses(w.Keys); err != nil {
		a.fault(LogWitness, nil, "")
	}
	a.cosigned, err = a.reader.Cosigned(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.cosigned = nil
	case errors.Is(err, translog.ErrFatal):
		a.cosigned = nil
		a.fault(LogCheckpoint, nil, translog.CosignedPath)
	case err != nil:
		return false, err
	}
	a.head, err = a.reader.Head(ctx)
	if errors.Is(err, translog.ErrFatal) {
		a.fault(LogCheckpoint, nil, translog.CheckpointPath)
		return false, nil
	}
	return err == nil, err
}

func cmpOr(v, standard time.Duration) time.Duration {
	if v == 0 {
		return standard
	}
	return v
}

// sort takes receipts and promises as leaves to be found, and gives the checkpoints of proofs; a certificate has both.
func (a *audit) sort(evidence map[string][]byte) map[string]translog.Checkpoint {
	proofs := map[string]translog.Checkpoint{}
	for name, b := range evidence {
		var seen Seen
		if c, err := leaf.ParseCertificate(b); err == nil {
			a.promised(name, leaf.Promise{Leaf: c.Receipt.Leaf, Promise: c.Receipt.Promise})
			seen.Checkpoint = c.Proof.Checkpoint
		} else if p, err := leaf.ParsePromise(b); err == nil {
			a.promised(name, p)
			continue
		} else if p, err := leaf.ParseProof(b); err == nil {
			seen.Checkpoint = p.Checkpoint
		} else if err = json.Unmarshal(b, &seen); err != nil {
			a.fault(LogEvidence, nil, name)
			continue
		}
		c, err := translog.OpenCheckpoint([]byte(seen.Checkpoint), a.keys)
		if err != nil || c.Origin != a.head.Origin {
			a.fault(LogEvidence, nil, name)
			continue
		}
		proofs[name] = c
		a.sighted(c, []byte(seen.Checkpoint), seen.SeenAt)
	}
	return proofs
}

// promised takes a leaf as one to be found, if it is the log's promise that it will stand there.
func (a *audit) promised(name string, p leaf.Promise) {
	key, hash := promiseKey(a.keys), translog.SM3{}.HashLeaf(p.Leaf)
	if !key.Verify(leaf.PromiseText(key.Name(), hash), p.Promise) {
		a.fault(LogEvidence, nil, name)
		return
	}
	a.wanted[string(hash)] = name
}

// errTile says that what was computed differs from what is published; the fault is noted.
var errTile = errors.New("tile differs")

// leaves computes the tree anew from the entries.
func (a *audit) leaves(ctx context.Context) error {
	size, root, err := translog.Rebuild(ctx, translog.SM3{}, a.entries(ctx), a.compare)
	switch {
	case errors.Is(err, errTile):
		return nil
	case errors.Is(err, translog.ErrFatal):
		a.fault(LogTiles, nil, "")
		return nil
	case err != nil:
		return err
	}
	if size != a.head.Size || !bytes.Equal(root, a.head.Root) {
		a.fault(LogTiles, nil, translog.CheckpointPath)
	}
	return nil
}

func (a *audit) entries(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for next := uint64(0); next < a.head.Size; {
			list, err := a.reader.Entries(ctx, a.head, next)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, entry := range list {
				a.look(next, entry)
				if !yield(entry, nil) {
					return
				}
				next++
			}
		}
	}
}

func (a *audit) look(index uint64, entry []byte) {
	delete(a.wanted, string(translog.SM3{}.HashLeaf(entry)))
	l, err := leaf.Parse(entry)
	if err != nil {
		a.fault(LogLeaf, &index, "")
		a.times = append(a.times, noTime)
		return
	}
	a.times = append(a.times, l.At.UnixMicro())
	if index == 0 {
		a.report.First = l.Time()
	}
	a.report.Last = l.Time()
}

// compare holds what was computed against the published tiles. Entries are what was read.
func (a *audit) compare(ctx context.Context, files []translog.File) error {
	for _, f := range files {
		t, err := translog.ParseTile(f.Path)
		if err != nil || t.Level == translog.EntriesLevel {
			continue
		}
		data, err := a.files.Read(ctx, f.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read %s: %w", f.Path, err)
		}
		if err == nil && bytes.Equal(data, f.Data) {
			continue
		}
		if full, fullErr := a.files.Read(ctx, fullPath(t)); err != nil && fullErr == nil && bytes.HasPrefix(full, f.Data) {
			continue // the log has grown meanwhile and dropped the partial tile
		}
		a.fault(LogTiles, nil, f.Path)
		return errTile
	}
	return nil
}

func fullPath(t translog.Tile) string {
	t.Width = translog.TileWidth
	return t.Path()
}

// noTime stands for the time of a leaf that cannot be read: no leaf can state it.
const noTime = math.MinInt64

// around is how many leaves on each side are neighbours.
const around = 16

// neighbours tells the leaves whose time is far from the median of those around them. Leaves come in late by seconds, when
// a transaction does; who dates back by days stands out, unless most of the neighbours are dated back with it.
func (a *audit) neighbours(skew time.Duration) {
	for i, at := range a.times {
		if at == noTime {
			continue
		}
		near := slices.Concat(a.times[max(0, i-around):i], a.times[i+1:min(len(a.times), i+1+around)])
		if len(near) < 3 {
			continue
		}
		slices.Sort(near)
		// In microseconds: as a time.Duration, 300 years and more would come out as less than none.
		if max(at-near[len(near)/2], near[len(near)/2]-at) > skew.Microseconds() {
			index := uint64(i)
			a.fault(LogTime, &index, "")
		}
	}
}

// extends checks that the log's tree extends another checkpoint that it has signed.
func (a *audit) extends(ctx context.Context, c translog.Checkpoint, code, file string) error {
	if c.Size > a.head.Size {
		a.fault(LogBack, nil, file)
		return nil
	}
	// A proof, and not the old root alone: the tiles of an old tree could be served under a head signed for another.
	hashes, err := a.reader.Consistency(ctx, c.Size, a.head)
	if errors.Is(err, translog.ErrFatal) {
		a.fault(LogTiles, nil, file)
		return nil
	}
	if err != nil {
		return err
	}
	if translog.VerifyConsistency(translog.SM3{}, c, a.head.Checkpoint, hashes) != nil {
		a.fault(code, nil, file)
	}
	return nil
}
