package verify

import (
	"bytes"
	"encoding/hex"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// WholeReport says whether a list of records of a holder or an issuer (whole.json) has all of them. Unless the verdict is
// valid, what it tells is what the file claims.
type WholeReport struct {
	Verdict string       `json:"verdict"` // LogValid or LogInvalid
	Causes  []LogCause   `json:"causes"`  // everything that is wrong; empty if valid
	Zh      string       `json:"zh"`      // the verdict in one sentence
	En      string       `json:"en"`
	Kind    string       `json:"kind,omitempty"`  // holder or issuer
	Label   string       `json:"label,omitempty"` // where the chain stands, in hex: keep it, it is the same in every file
	Count   uint64       `json:"count"`           // of all records
	Before  uint64       `json:"before"`          // how many of them an earlier file has
	Records []ListedLeaf `json:"records"`         // the others, in the order of the log
	Size    uint64       `json:"size"`            // of the tree under the checkpoint
	Origin  string       `json:"origin,omitempty"`
}

// ListedLeaf is one record of a list.
type ListedLeaf struct {
	No   string `json:"no"`   // 存证编号
	Kind string `json:"kind"` // such as use or license
	At   string `json:"at"`
}

// The codes of a [LogCause] in a [WholeReport], beside LogKeys.
const (
	WholeFile       = "WHOLE_FILE"
	WholeCheckpoint = "WHOLE_CHECKPOINT"
	WholeLeaf       = "WHOLE_LEAF"
	WholeChain      = "WHOLE_CHAIN"
	WholeMap        = "WHOLE_MAP"
	WholeLabel      = "WHOLE_LABEL"
	WholeEarlier    = "WHOLE_EARLIER"
	WholeBefore     = "WHOLE_BEFORE"
	WholePromise    = "WHOLE_PROMISE"
	WholeHidden     = "WHOLE_HIDDEN"
)

var wholeWords = map[string]LogCause{
	WholeFile: {Zh: "完整清单文件格式不正确。", En: "The file of the list is malformed."},
	WholeCheckpoint: {Zh: "检查点没有所给全部公钥的有效签名，或没有承诺清单总表。",
		En: "The checkpoint lacks a valid signature of every given key, or does not commit to a map of lists."},
	WholeLeaf: {Zh: "清单中有条目格式不正确，或存证编号不正确、重复。", En: "An entry of the list is malformed, or its number is wrong or twice there."},
	WholeChain: {Zh: "清单与其首尾相接的摘要不符：有记录被删去、改动或调换。",
		En: "The list does not give its own chain of hashes: a record was left out, changed or moved."},
	WholeMap: {Zh: "证明不能说明检查点承诺的就是这份清单。", En: "The proof does not show that this is the list the checkpoint commits to."},
	WholeLabel: {Zh: "清单的标签与您先前记下的不同：这不是同一份清单。请向平台和监督部门查问。",
		En: "The label is not the one you kept: this is another list. Ask the platform and whoever supervises it."},
	WholeEarlier: {Zh: "清单没有接上您先前保存的那一份，或比它更旧：平台前后说法不一。请保留两份文件，交监督部门。",
		En: "The list does not continue the one you kept, or is older: the platform has told two stories. Keep both files and give them to the supervisor."},
	WholeBefore: {Zh: "清单不是从第一条开始，请同时提供先前保存的清单。", En: "The list does not begin with the first record. Give the earlier file too."},
	WholePromise: {Zh: "所给的收录承诺格式不正确，或不是该日志签出的，不能用来核对。",
		En: "A given promise is malformed or was not signed by this log, so nothing can be compared with it."},
	WholeHidden: {Zh: "日志承诺收录的一条记录不在清单中。承诺若是刚作出的，请一分钟后重新下载清单再核对；若仍没有，说明平台隐瞒了记录，请保留文件，交监督部门。",
		En: "A record that the log promised to enter is not in the list. If the promise was made just now, load the list again in a minute. If it is still missing, the platform hides a record: keep the files and give them to the supervisor."},
}

// WholeOptions are what a list is compared with. All may be left out, but a list alone shows only that it is the one the log
// commits to: what the operator never entered in it, promises show, and what was taken out again, earlier lists.
type WholeOptions struct {
	Label    string   // of the list, in hex, as an earlier report told it
	Earlier  []byte   // whole.json from before
	Promises [][]byte // promise.json or receipt.json of records that must be in the list
}

// Whole checks with the log's public keys, offline, that a list has all records of its holder or issuer: that it is the
// list that the map of a checkpoint signed by every given key has under its label, that it continues an earlier one, and
// that every record that was promised stands in it.
//
// Whose list a promise belongs to, the promise does not tell: compare only promises of records of the list's own holder or
// issuer.
func Whole(pub, file []byte, o WholeOptions) WholeReport {
	c := wholeCheck{report: WholeReport{Verdict: LogValid, Causes: []LogCause{}, Records: []ListedLeaf{}}}
	c.run(pub, file, o)
	r := c.report
	if r.Verdict == LogValid {
		r.Zh, r.En = "清单完整，一条不少。", "The list has every record."
	} else {
		r.Zh, r.En = "不能确认清单完整。", "It is not shown that the list has every record."
	}
	return r
}

type wholeCheck struct {
	report WholeReport
	keys   []*translog.Key
	listed map[translog.Hash]bool
}

func (c *wholeCheck) demand(ok bool, code string) bool {
	if !ok {
		c.report.Verdict = LogInvalid
		c.report.Causes = causeOnce(c.report.Causes, wholeWords, code)
	}
	return ok
}

func (c *wholeCheck) run(pub, file []byte, o WholeOptions) {
	var err error
	c.keys, err = translog.ParseKeys(pub)
	if !c.demand(err == nil && promiseKey(c.keys) != nil, LogKeys) {
		return
	}
	w, err := leaf.ParseWhole(file)
	if !c.demand(err == nil, WholeFile) {
		return
	}
	r := &c.report
	r.Kind, r.Label, r.Count, r.Before, r.Origin = w.Kind, hex.EncodeToString(w.Label), w.Count, w.From.Count, c.keys[0].Name()
	ends := c.list(w)
	c.committed(w)
	c.demand(o.Label == "" || o.Label == r.Label, WholeLabel)
	c.continues(w, ends, o.Earlier)
	c.promised(o.Promises)
}

// list reads the leaves, checks that their chain is the one stated, and gives the heads of the chain by their counts.
func (c *wholeCheck) list(w leaf.Whole) map[uint64]translog.Hash {
	c.listed = make(map[translog.Hash]bool, len(w.Leaves))
	chain := translog.Chain{Count: w.From.Count, Head: translog.Hash(w.From.Head)}
	ends := map[uint64]translog.Hash{chain.Count: chain.Head}
	c.demand(chain.Count > 0 || chain.Head == translog.Hash{}, WholeChain)
	numbers := make(map[string]bool, len(w.Leaves))
	for _, l := range w.Leaves {
		hash := translog.Hash(translog.SM3{}.HashLeaf(l.Leaf))
		chain = chain.Add(hash)
		ends[chain.Count], c.listed[hash] = chain.Head, true
		id, err := leaf.ParseNumber(l.No)
		c.demand(err == nil && leaf.Number(id) == l.No && !numbers[l.No], WholeLeaf)
		numbers[l.No] = true
		parsed, err := leaf.Parse(l.Leaf)
		if c.demand(err == nil, WholeLeaf) {
			c.report.Records = append(c.report.Records, ListedLeaf{No: l.No, Kind: parsed.Kind, At: parsed.Time()})
		}
	}
	c.demand(chain.Count == w.Count && chain.Head == translog.Hash(w.Head), WholeChain)
	return ends
}

// committed checks that the signed checkpoint commits to a map which has the list's chain under its label.
func (c *wholeCheck) committed(w leaf.Whole) {
	point, err := translog.OpenCheckpoint([]byte(w.Checkpoint), c.keys)
	if !c.demand(err == nil && point.Origin == c.keys[0].Name() && point.Map != nil, WholeCheckpoint) {
		return
	}
	c.report.Size = point.Size
	p := translog.MapProof{Hashes: w.Hashes}
	if o := w.Other; o != nil {
		p.Other = &translog.MapLeaf{Label: translog.Label(o.Label), Chain: translog.Chain{Count: o.Count, Head: translog.Hash(o.Head)}}
	}
	root, err := p.Root(translog.Label(w.Label), translog.Chain{Count: w.Count, Head: translog.Hash(w.Head)})
	c.demand(err == nil && bytes.Equal(root[:], point.Map), WholeMap)
}

// continues checks that the list goes on from the earlier one, and that there is one where it has to.
func (c *wholeCheck) continues(w leaf.Whole, ends map[uint64]translog.Hash, earlier []byte) {
	if earlier == nil {
		c.demand(w.From.Count == 0, WholeBefore)
		return
	}
	old, err := leaf.ParseWhole(earlier)
	if !c.demand(err == nil, WholeEarlier) {
		return
	}
	point, err := translog.OpenCheckpoint([]byte(old.Checkpoint), c.keys)
	now, _ := translog.OpenCheckpoint([]byte(w.Checkpoint), c.keys) // what is wrong with it is told already
	c.demand(err == nil && point.Size <= c.report.Size && !point.Contradicts(now), WholeEarlier)
	c.demand(bytes.Equal(old.Label, w.Label), WholeLabel)
	head, ok := ends[old.Count]
	c.demand(ok && head == translog.Hash(old.Head), WholeEarlier)
	for _, l := range old.Leaves {
		c.listed[translog.Hash(translog.SM3{}.HashLeaf(l.Leaf))] = true
	}
}

func (c *wholeCheck) promised(files [][]byte) {
	key := promiseKey(c.keys)
	for _, f := range files {
		p, err := leaf.ParsePromise(f)
		if !c.demand(err == nil, WholePromise) {
			continue
		}
		hash := translog.SM3{}.HashLeaf(p.Leaf)
		if c.demand(key.Verify(leaf.PromiseText(key.Name(), hash), p.Promise), WholePromise) {
			c.demand(c.listed[translog.Hash(hash)], WholeHidden)
		}
	}
}
