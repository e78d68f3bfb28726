package verify

import (
	"encoding/hex"
	"errors"
	"io"

	"github.com/transparency-dev/merkle/proof"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// RecordsReport says whether a file of records that have left the platform (a month of uses, in the archive) is what the log
// signed, and each of its records stands in the log. Unless the verdict is valid, what it tells is what the file claims.
type RecordsReport struct {
	Verdict string     `json:"verdict"` // LogValid or LogInvalid
	Causes  []LogCause `json:"causes"`  // everything that is wrong; empty if valid
	Month   string     `json:"month,omitempty"`
	Records uint64     `json:"records"`
	Size    uint64     `json:"size"` // of the tree that was proved against
	Origin  string     `json:"origin,omitempty"`
	Digest  string     `json:"digest,omitempty"` // SM3 of the file, in hex
}

// The codes of a [LogCause] in a [RecordsReport], beside LogKeys, LogCheckpoint, LogLeaf, LogPromise and LogInclusion.
const (
	RecordsFile   = "RECORDS_FILE"
	RecordsSigned = "RECORDS_SIGNED"
	RecordsRow    = "RECORDS_ROW"
	RecordsOrder  = "RECORDS_ORDER"
)

var recordsWords = map[string]LogCause{
	RecordsFile: {Zh: "离库档案文件格式不正确，或不完整。", En: "The file of records is malformed or cut off."},
	RecordsSigned: {Zh: "档案文件没有所给全部公钥的有效签名，或条数、摘要与签名所述不符：文件被改动过。",
		En: "The file lacks a valid signature of every given key, or its number of records or digest is not what was signed: it was changed."},
	RecordsRow:   {Zh: "有记录与它的日志条目不是同一条，或时间不符。", En: "A record is not that of its log entry, or tells another time."},
	RecordsOrder: {Zh: "记录重复或次序不对。", En: "A record is there twice or out of order."},
}

var errUnfit = errors.New("unfit record")

// Records checks a month's file with the log's public keys, offline: every one of the keys signed it as it is, and each record
// stands at its place in a tree that every key signed, as the log had promised. What the records say is encrypted for
// their holders: the platform alone can show that it opens the entries, and does so before a month leaves.
func Records(pub []byte, file io.Reader) RecordsReport {
	c := recordsCheck{report: RecordsReport{Verdict: LogValid, Causes: []LogCause{}}}
	c.run(pub, file)
	return c.report
}

type recordsCheck struct {
	report     RecordsReport
	keys       []*translog.Key
	checkpoint *translog.Checkpoint
	last       string // id of the record before
}

// demand notes a cause once and reports whether all is well.
func (c *recordsCheck) demand(ok bool, code string) bool {
	if !ok {
		c.report.Verdict = LogInvalid
		c.report.Causes = causeOnce(c.report.Causes, recordsWords, code)
	}
	return ok
}

func (c *recordsCheck) run(pub []byte, file io.Reader) {
	var err error
	c.keys, err = translog.ParseKeys(pub)
	if !c.demand(err == nil && promiseKey(c.keys) != nil, LogKeys) {
		return
	}
	read, err := leaf.ReadMonth(file, c.record)
	c.report.Month, c.report.Size, c.report.Origin, c.report.Records = read.Head.Month, read.Head.Size, read.Head.Origin, read.Records
	if errors.Is(err, errUnfit) || !c.demand(err == nil, RecordsFile) {
		return
	}
	c.report.Digest = hex.EncodeToString(read.Digest)
	text, err := translog.OpenNote(read.Signed, c.keys)
	c.demand(err == nil && text == read.Text && read.Head.Origin == c.keys[0].Name(), RecordsSigned)
}

func (c *recordsCheck) record(h leaf.MonthHead, r leaf.MonthRecord) error {
	if c.checkpoint == nil {
		cp, err := translog.OpenCheckpoint([]byte(h.Checkpoint), c.keys)
		if !c.demand(err == nil && cp.Origin == c.keys[0].Name() && cp.Size == h.Size, LogCheckpoint) {
			return errUnfit
		}
		c.checkpoint = &cp
	}
	id, err := leaf.ParseNumber(r.No)
	if !c.demand(err == nil && leaf.Number(id) == r.No && id.String() == r.Row.RecordID, RecordsRow) {
		return nil
	}
	c.demand(r.Row.RecordID > c.last, RecordsOrder)
	c.last = r.Row.RecordID
	l, err := leaf.Parse(r.Leaf)
	if !c.demand(err == nil, LogLeaf) {
		return nil
	}
	c.demand(l.At.UnixMicro() == r.Row.At, RecordsRow)
	var hasher translog.SM3
	hash, key := hasher.HashLeaf(r.Leaf), promiseKey(c.keys)
	c.demand(key.Verify(leaf.PromiseText(key.Name(), hash), r.Promise), LogPromise)
	c.demand(r.Index < h.Size && proof.VerifyInclusion(hasher, r.Index, h.Size, hash, r.Hashes, c.checkpoint.Root) == nil, LogInclusion)
	return nil
}
