package verify

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/transparency-dev/merkle/proof"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// The verdicts of a [LogReport].
const (
	LogValid   = "valid"
	LogInvalid = "invalid"
)

// LogReport says whether a record of evidence (存证) is what the log committed to. Unless the verdict is
// valid, what it tells of the record is what the files claim.
type LogReport struct {
	Verdict string     `json:"verdict"` // LogValid or LogInvalid
	Causes  []LogCause `json:"causes"`  // everything that is wrong; empty if valid
	No      string     `json:"no,omitempty"`
	Kind    string     `json:"kind,omitempty"`
	At      string     `json:"at,omitempty"` // RFC 3339, UTC, to the microsecond
	Index   uint64     `json:"index"`        // of the leaf in the log, from 0
	Size    uint64     `json:"size"`         // of the tree that was proved against
	Origin  string     `json:"origin,omitempty"`
	// Witnesses are those of the given witnesses that have cosigned the tree; Need is how many had to.
	Witnesses []LogCosignature `json:"witnesses,omitempty"`
	Need      int              `json:"need,omitempty"`
	// Body is the opened record, given only if it opens the leaf.
	Body json.RawMessage `json:"body,omitempty"`
}

// LogCosignature is a witness's word that the tree extends every other that it has signed for that log.
type LogCosignature struct {
	Witness string `json:"witness"`
	At      string `json:"at"` // by the witness's clock; RFC 3339, UTC
}

// Witnesses say whose cosignatures are looked for, and how many there must be.
type Witnesses struct {
	Keys []byte // of the witnesses, one a line (C2SP signed-note, type 0x04)
	Need int
}

// LogCause is one thing that is wrong with the evidence.
type LogCause struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// The codes of a [LogCause].
const (
	LogKeys       = "LOG_KEYS"
	LogReceipt    = "LOG_RECEIPT"
	LogProof      = "LOG_PROOF"
	LogNumber     = "LOG_NUMBER"
	LogLeaf       = "LOG_LEAF"
	LogCommitment = "LOG_COMMITMENT"
	LogPromise    = "LOG_PROMISE"
	LogCheckpoint = "LOG_CHECKPOINT"
	LogInclusion  = "LOG_INCLUSION"
	LogWitness    = "LOG_WITNESS"
)

func logCause(code string) LogCause {
	c := LogCause{Code: code}
	switch code {
	case LogKeys:
		c.Zh, c.En = "日志公钥文件不可用：须每行一把公钥，且含 Ed25519 公钥。", "The log's keys cannot be used: one key a line, an Ed25519 key among them."
	case LogReceipt:
		c.Zh, c.En = "存证回执文件格式不正确。", "The receipt file is malformed."
	case LogProof:
		c.Zh, c.En = "存证证明文件格式不正确。", "The proof file is malformed."
	case LogNumber:
		c.Zh, c.En = "存证编号不正确，或回执与证明的编号不一致。", "The evidence number is wrong, or receipt and proof bear different numbers."
	case LogLeaf:
		c.Zh, c.En = "日志条目的格式不正确。", "The log entry is malformed."
	case LogCommitment:
		c.Zh, c.En = "记录内容与日志条目中的承诺不符：内容或编号被改动过。", "The record does not open the entry's commitment: record or number was changed."
	case LogPromise:
		c.Zh, c.En = "收录承诺的签名不是所给公钥作出的。", "The promise was not signed by the given key."
	case LogCheckpoint:
		c.Zh, c.En = "检查点没有所给全部公钥的有效签名，或与证明的树大小不一致。", "The checkpoint lacks a valid signature of every given key, or is of another size than the proof."
	case LogWitness:
		c.Zh, c.En = "检查点没有足够多的见证方签名，或所给见证方公钥不可用。", "Too few of the given witnesses have cosigned the checkpoint, or their keys cannot be used."
	case LogInclusion:
		c.Zh, c.En = "证明不能说明该条目在日志的这个位置。", "The proof does not show the entry at this place in the log."
	}
	return c
}

// Log checks a receipt and its proof with the log's public keys, offline, from the three files alone: the
// record opens the leaf, the log promised to enter the leaf, and the leaf stands at its place in a tree that
// every one of the given keys has signed.
//
// It does not show that the log has the same tree for everyone; [LogWitnessed] does.
func Log(pub, receipt, proofFile []byte) LogReport {
	return LogWitnessed(pub, receipt, proofFile, Witnesses{})
}

// LogWitnessed checks as [Log] does and demands besides that enough witnesses have cosigned the tree. A log that shows
// different trees to different people needs as many dishonest witnesses.
func LogWitnessed(pub, receipt, proofFile []byte, w Witnesses) LogReport {
	c := logCheck{report: LogReport{Verdict: LogValid, Causes: []LogCause{}}}
	keys, err := translog.ParseKeys(pub)
	c.demand(err == nil && promiseKey(keys) != nil, LogKeys)
	r, err := leaf.ParseReceipt(receipt)
	c.demand(err == nil, LogReceipt)
	p, err := leaf.ParseProof(proofFile)
	c.demand(err == nil, LogProof)
	if c.report.Verdict != LogValid {
		return c.report
	}
	return c.whole(keys, r, p, w)
}

// LogCertificate checks a certificate (存证凭证), which has receipt and proof in one file, as [LogWitnessed] checks the two.
func LogCertificate(pub, certificate []byte, w Witnesses) LogReport {
	c := logCheck{report: LogReport{Verdict: LogValid, Causes: []LogCause{}}}
	keys, err := translog.ParseKeys(pub)
	c.demand(err == nil && promiseKey(keys) != nil, LogKeys)
	file, err := leaf.ParseCertificate(certificate)
	c.demand(err == nil, LogReceipt)
	if c.report.Verdict != LogValid {
		return c.report
	}
	return c.whole(keys, file.Receipt, file.Proof, w)
}

func (c *logCheck) whole(keys []*translog.Key, r leaf.Receipt, p leaf.Proof, w Witnesses) LogReport {
	c.report.No, c.report.Index, c.report.Size, c.report.Origin = r.No, p.Index, p.Size, keys[0].Name()
	c.demand(r.No == p.No, LogNumber)
	c.record(r)
	c.place(keys, r, p)
	c.cosigned([]byte(p.Checkpoint), w)
	return c.report
}

type logCheck struct{ report LogReport }

func (c *logCheck) demand(ok bool, code string) {
	if !ok {
		c.report.Verdict = LogInvalid
		c.report.Causes = append(c.report.Causes, logCause(code))
	}
}

// causeOnce adds the cause of a code, in words of its own or in those of the log, unless it is there.
func causeOnce(causes []LogCause, words map[string]LogCause, code string) []LogCause {
	if slices.ContainsFunc(causes, func(k LogCause) bool { return k.Code == code }) {
		return causes
	}
	cause, own := words[code]
	if !own {
		cause = logCause(code)
	}
	cause.Code = code
	return append(causes, cause)
}

func promiseKey(keys []*translog.Key) *translog.Key {
	for _, k := range keys {
		if k.Algorithm() == translog.Ed25519 {
			return k
		}
	}
	return nil
}

// record checks that the receipt's number, salt and body open its leaf.
func (c *logCheck) record(r leaf.Receipt) {
	id, err := leaf.ParseNumber(r.No)
	if err != nil || leaf.Number(id) != r.No {
		c.demand(false, LogNumber)
		return
	}
	l, err := leaf.Parse(r.Leaf)
	if err != nil {
		c.demand(false, LogLeaf)
		return
	}
	c.report.Kind, c.report.At = l.Kind, l.Time()
	if !bytes.Equal(l.Commitment, leaf.Commit(r.Salt, id, r.Body)) || !json.Valid(r.Body) {
		c.demand(false, LogCommitment)
		return
	}
	c.report.Body = r.Body
}

// place checks that the leaf was promised and stands in the signed tree.
func (c *logCheck) place(keys []*translog.Key, r leaf.Receipt, p leaf.Proof) {
	var hasher translog.SM3
	hash := hasher.HashLeaf(r.Leaf)
	key := promiseKey(keys)
	c.demand(key.Verify(leaf.PromiseText(key.Name(), hash), r.Promise), LogPromise)
	checkpoint, err := translog.OpenCheckpoint([]byte(p.Checkpoint), keys)
	if err != nil || checkpoint.Origin != key.Name() || checkpoint.Size != p.Size {
		c.demand(false, LogCheckpoint)
		return
	}
	err = proof.VerifyInclusion(hasher, p.Index, p.Size, hash, p.Hashes, checkpoint.Root)
	c.demand(err == nil, LogInclusion)
}

// cosigned counts the witnesses that have signed the checkpoint.
func (c *logCheck) cosigned(signed []byte, w Witnesses) {
	keys, err := translog.ParseWitnesses(w.Keys)
	if err == nil {
		for _, s := range translog.Cosignatures(signed, keys) {
			c.report.Witnesses = append(c.report.Witnesses, LogCosignature{Witness: s.Witness.Name(), At: s.At.Format(time.RFC3339)})
		}
	}
	c.report.Need = w.Need
	c.demand(err == nil && len(c.report.Witnesses) >= w.Need, LogWitness)
}
