package hall

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// commitDaysMax bounds the deadline of a commitment in working days.
const commitDaysMax = 30

// Promise is a commitment that a clerk puts before the applicant.
type Promise struct {
	Kind    string // casefile.Later or Pledge
	Days    int    // working days
	Counter bool   // the applicant signs it here and now; otherwise in their account
}

// mayPromise are the outcomes that a commitment can stand in for: the license cannot be had, and it is not known to be
// unusable.
var mayPromise = map[string]bool{casefile.Down: true, casefile.Missing: true}

// MayPromise reports whether a material's lack can be bridged by a commitment.
func MayPromise(m casefile.Material) bool {
	return mayPromise[m.Status] && m.Reason != "material.party-absent"
}

// DraftPromise gives the words that the applicant would sign, and the deadline, without writing anything.
func (h *Hall) DraftPromise(ctx context.Context, actor *authn.Actor, no string, seq int, p Promise) (string, time.Time, error) {
	var text string
	var due time.Time
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.ofUnit(ctx, q, actor, no)
		if err != nil {
			return err
		}
		x, err := h.promised(ctx, q, c, m, seq, p)
		text, due = x.Text, x.DueAt
		return err
	})
	return text, due, err
}

// promised makes the commitment that a clerk offers for a material that could not be had.
func (h *Hall) promised(ctx context.Context, q *db.Tx, c casefile.Case, m matter.Matter, seq int, p Promise) (casefile.Commitment, error) {
	if p.Kind != casefile.Later && p.Kind != casefile.Pledge {
		return casefile.Commitment{}, errs.New(errs.Invalid, "field.option").On("kind")
	}
	if p.Days < 1 || p.Days > commitDaysMax {
		return casefile.Commitment{}, errs.New(errs.Invalid, "case.commitment-days").On("days").With("max", strconv.Itoa(commitDaysMax))
	}
	settled, err := h.settled(ctx, q, c, seq)
	if err != nil {
		return casefile.Commitment{}, err
	}
	if !MayPromise(settled) {
		return casefile.Commitment{}, errs.New(errs.Conflict, "case.commitment-not-needed")
	}
	x, _ := m.Material(seq)
	due := h.o.Calendar.After(h.o.Clock.Now(), p.Days)
	return casefile.Commitment{HolderID: c.HolderID, CaseNo: c.No, Seq: seq, Kind: p.Kind, Text: promiseText(p.Kind, m, x, settled, due),
		Reason: settled.Reason, DueAt: due}, nil
}

// settled gives what became of a material.
func (h *Hall) settled(ctx context.Context, q *db.Tx, c casefile.Case, seq int) (casefile.Material, error) {
	all, err := h.o.Cases.Materials(ctx, q, c)
	if err != nil {
		return casefile.Material{}, err
	}
	i := slices.IndexFunc(all, func(m casefile.Material) bool { return m.Seq == seq })
	if i < 0 {
		return casefile.Material{}, errs.New(errs.NotFound, "case.material-unknown")
	}
	return all[i], nil
}

// promiseText are the words that the applicant signs. They name no person: who signs stands in the record.
func promiseText(kind string, m matter.Matter, x matter.Material, settled casefile.Material, due time.Time) string {
	why := "本平台暂时没有这项材料的电子证照"
	if settled.Status == casefile.Down {
		why = settled.Detail["source"] + "暂时没有应答"
	}
	date := lastDate(due)
	var b strings.Builder
	b.WriteString("申请办理“" + m.Name + "”所需的“" + x.Name + "”，因" + why + "，现在不能调取。")
	if kind == casefile.Later {
		b.WriteString("申请人申请容缺受理，承诺这项材料于" + date + "（含当日）前由平台调取，或者由申请人补交；届时仍没有的，同意受理单位依法处理。")
	} else {
		b.WriteString("申请人已知晓该材料证明的内容和要求，承诺符合办理条件，所填信息真实，与该证照一致；同意平台在证照可以调取时自动取来核对，" +
			"期限至" + date + "（含当日）；核对不符的，同意受理单位依法撤销决定，并承担相应责任。")
	}
	return b.String()
}

// lastDate is the last day of a deadline, as people write it.
func lastDate(due time.Time) string {
	return due.Add(-time.Microsecond).In(clock.Shanghai).Format("2006年1月2日")
}

// Offer puts a commitment before the applicant. At a counter they sign it at once, before the clerk; otherwise it waits
// in their account, and they are told.
func (h *Hall) Offer(ctx context.Context, actor *authn.Actor, no string, seq int, version int64, p Promise) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.mine(ctx, tx, actor, no, matter.Accept, version)
		if err != nil {
			return err
		}
		x, err := h.promised(ctx, tx, c, m, seq, p)
		if err != nil {
			return err
		}
		if err := h.o.Units.NeedYear(ctx, tx, workday.LastYear(x.DueAt)); err != nil {
			return err
		}
		x.ClerkID, x.State = actor.AccountID, casefile.CommitOffered
		if p.Counter {
			return h.sign(ctx, tx, &c, m, x, actor.AccountID)
		}
		if err := h.o.Cases.PutCommitment(ctx, tx, x); err != nil {
			return err
		}
		if err := h.o.Cases.Save(ctx, tx, &c); err != nil {
			return err
		}
		if err := h.o.Cases.Add(ctx, tx, c, "offer-"+x.Kind, actor.AccountID, ""); err != nil {
			return err
		}
		return h.tellPromise(ctx, tx, notice.CommitmentOffered, m, x)
	})
}

// TextDigest is the SM3 of a commitment's words: who signs names what they have read.
func TextDigest(text string) string {
	sum := gm.SM3([]byte(text))
	return hex.EncodeToString(sum[:])
}

// SignPromise is the applicant's signature under the words they were shown, given in their own account (or that of whoever
// may apply for them).
func (h *Hall) SignPromise(ctx context.Context, actor *authn.Actor, no string, seq int, digest string) error {
	if !actor.May(authn.PowerApply) {
		return errs.New(errs.Denied, "denied")
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := h.o.Cases.Get(ctx, tx, no)
		if err != nil {
			return err
		}
		if c.HolderID != actor.HolderID {
			return errs.New(errs.NotFound, "case.unknown")
		}
		x, err := h.o.Cases.Commitment(ctx, tx, c.HolderID, no, seq)
		switch {
		case err != nil:
			return err
		case c.State != casefile.StateOpen:
			return errs.New(errs.Conflict, "case.closed")
		case x.State != casefile.CommitOffered:
			return errs.New(errs.Conflict, "case.commitment-signed")
		case TextDigest(x.Text) != digest:
			return errs.New(errs.Conflict, "conflict")
		case !h.o.Clock.Now().Before(x.DueAt):
			return errs.New(errs.Conflict, "case.commitment-late")
		}
		settled, err := h.settled(ctx, tx, c, seq)
		if err != nil {
			return err
		}
		if !MayPromise(settled) {
			return errs.New(errs.Conflict, "case.commitment-not-needed")
		}
		m, err := h.o.Matters.Get(ctx, tx, c.MatterCode)
		if err != nil {
			return err
		}
		x.SignedBy = actor.AccountID
		return h.sign(ctx, tx, &c, m, x, actor.AccountID)
	})
}

// promiseLeaf is a signed commitment as the log holds it.
type promiseLeaf struct {
	CaseNo   string `json:"caseNo"`
	Matter   string `json:"matter"`
	Seq      int    `json:"seq"`
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Reason   string `json:"reason"`
	How      string `json:"how"` // counter: before the clerk; account: in the applicant's own account
	SignedBy string `json:"signedBy,omitempty"`
	ClerkID  string `json:"clerkId"`
	DueAt    string `json:"dueAt"`
}

// sign makes a commitment count: it is on record in the log, the material no longer lacks, and its license is awaited.
func (h *Hall) sign(ctx context.Context, tx *db.Tx, c *casefile.Case, m matter.Matter, x casefile.Commitment, accountID string) error {
	how := "counter"
	if x.SignedBy != "" {
		how = "account"
	}
	receipt, err := h.o.Book.Append(ctx, tx, evidence.Event{HolderID: c.HolderID, Kind: "commitment", Body: promiseLeaf{
		CaseNo: c.No, Matter: m.Code, Seq: x.Seq, Kind: x.Kind, Text: x.Text, Reason: x.Reason, How: how, SignedBy: x.SignedBy,
		ClerkID: x.ClerkID, DueAt: x.DueAt.UTC().Format(time.RFC3339)}})
	if err != nil {
		return err
	}
	now := h.o.Clock.Now()
	x.SignedAt, x.RecordNo, x.State = now, receipt.No, casefile.CommitWaiting
	if err := h.o.Cases.PutCommitment(ctx, tx, x); err != nil {
		return err
	}
	settled, err := h.settled(ctx, tx, *c, x.Seq)
	if err != nil {
		return err
	}
	settled.Status = casefile.Promised
	if err := h.o.Cases.PutMaterial(ctx, tx, *c, settled); err != nil {
		return err
	}
	if err := h.o.Cases.Await(ctx, tx, late(x), now); err != nil {
		return err
	}
	if err := h.o.Cases.Save(ctx, tx, c); err != nil {
		return err
	}
	return h.o.Cases.Add(ctx, tx, *c, "promise-"+x.Kind, accountID, "")
}

func late(x casefile.Commitment) casefile.Late {
	return casefile.Late{CaseNo: x.CaseNo, Seq: x.Seq, Kind: casefile.LateCommitment, HolderID: x.HolderID}
}

// handed ends the commitment of a material that was handed in on paper instead.
func (h *Hall) handed(ctx context.Context, tx *db.Tx, c casefile.Case, seq int) error {
	x, err := h.o.Cases.Commitment(ctx, tx, c.HolderID, c.No, seq)
	if errs.Code(err) == "case.commitment-unknown" || err == nil && !x.Open() {
		return nil
	}
	if err != nil {
		return err
	}
	x.State, x.SettledAt = casefile.CommitHanded, h.o.Clock.Now()
	return h.settlePromise(ctx, tx, x)
}

// tellPromise tells the applicant how a commitment of theirs stands.
func (h *Hall) tellPromise(ctx context.Context, tx *db.Tx, kind notice.Kind, m matter.Matter, x casefile.Commitment) error {
	material, _ := m.Material(x.Seq)
	return h.o.Notices.Send(ctx, tx, notice.Notice{HolderID: x.HolderID, Kind: kind, Subject: x.CaseNo, Detail: map[string]string{
		"matter": m.Name, "material": material.Name, "seq": strconv.Itoa(x.Seq), "date": lastDate(x.DueAt)}})
}

// Promises lists a holder's commitments.
func (h *Hall) Promises(ctx context.Context, actor *authn.Actor) ([]casefile.Commitment, error) {
	var found []casefile.Commitment
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		found, err = h.o.Cases.Commitments(ctx, q, actor.HolderID, "")
		return err
	})
	return found, err
}
