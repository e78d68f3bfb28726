package app

import (
	"context"
	"encoding/base64"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/web"
)

// records answers the pages of the evidence log.
type records struct{ a *App }

// kinds are the events of the log in words; others stand by their own name.
var kinds = map[string]web.Text{
	"use": {Zh: "用证", En: "A use of a license"}, "license": {Zh: "证照变动", En: "An event of a license"},
	"presentation": {Zh: "亮证", En: "A showing of a license"}, "consent": {Zh: "授权", En: "A consent"}, "case": {Zh: "办件", En: "An event of a case"},
	"relation": {Zh: "代理关系", En: "A relation"}, "violation": {Zh: "违规记录", En: "A violation"}, "commitment": {Zh: "告知承诺", En: "A commitment"},
	"precheck": {Zh: "预审", En: "A precheck"}, "break-glass": {Zh: "应急查看", En: "An emergency look"}, access.LookKind: {Zh: "监督检索", En: "A supervisor’s look"},
	caller.FileLeafKind: {Zh: "证照文件验证", En: "A check of a license file"},
}

// Entry tells what anybody may know of a record.
func (x records) Entry(ctx context.Context, no string) (web.EntryView, error) {
	e, err := x.a.Book.Entry(ctx, no)
	if err != nil {
		return web.EntryView{}, err
	}
	kind, ok := kinds[e.Kind]
	if !ok {
		kind = web.Text{Zh: e.Kind, En: e.Kind}
	}
	v := web.EntryView{No: e.No, Kind: kind, At: e.At, Leaf: base64.StdEncoding.EncodeToString(e.Leaf), Hash: base64.StdEncoding.EncodeToString(e.Hash),
		Placed: e.Placed, Need: e.Need, Log: x.a.Book.Name(), Address: x.a.Config.BaseURL + "/e/" + e.No}
	if e.Placed {
		v.Place, v.Size, v.Checkpoint = e.Proof.Index+1, e.Proof.Size, e.Proof.Checkpoint
	}
	for _, w := range e.Witnesses {
		v.Witnesses = append(v.Witnesses, web.WitnessView{Name: w.Witness, At: w.At})
	}
	return v, nil
}

// Receipt tells a holder of one use of their licenses.
func (x records) Receipt(ctx context.Context, actor *authn.Actor, no string) (web.ReceiptView, error) {
	id, err := evidence.ParseNo(no)
	if err != nil || actor.HolderID == "" || !actor.May(authn.PowerRead) {
		return web.ReceiptView{}, errs.New(errs.NotFound, "evidence.unknown")
	}
	v := web.ReceiptView{Printed: x.a.Clock.Now()}
	err = x.a.DB.Read(ctx, func(q *db.Tx) error {
		u, err := x.a.Door.OneUse(ctx, q, actor.HolderID, id)
		if err != nil {
			return err
		}
		h, err := x.a.Holders.Get(ctx, q, actor.HolderID)
		if err != nil {
			return err
		}
		v.Holder, v.Given, v.CaseNo, v.Purpose = h.Profile.Masked(), u.Result == access.ResultGiven, u.CaseNo, purposeText(u)
		if r, ok := x.a.Door.Decisive(u); ok {
			v.Rule, v.Clause = web.Text{Zh: r.Zh, En: r.En}, r.Clause
		}
		if len(u.Reasons) > 0 {
			v.Reason = web.Text{Zh: errs.Text(u.Reasons[0], "zh", nil), En: errs.Text(u.Reasons[0], "en", nil)}
		}
		return x.named(ctx, q, u, &v)
	})
	if err != nil {
		return web.ReceiptView{}, err
	}
	v.EntryView, err = x.Entry(ctx, no)
	return v, err
}

// named fills in the names of unit, matter, type and fields.
func (x records) named(ctx context.Context, q *db.Tx, u access.Use, v *web.ReceiptView) error {
	if u.UnitID != "" {
		unit, err := x.a.Units.Get(ctx, q, u.UnitID)
		if err != nil {
			return err
		}
		v.Unit = web.Text{Zh: unit.Name, En: unit.NameEn}
	}
	if u.MatterCode != "" {
		m, err := x.a.Matters.Get(ctx, q, u.MatterCode)
		if err != nil && errs.Code(err) != "matter.unknown" {
			return err
		}
		v.Matter = web.Text{Zh: m.Name, En: m.NameEn}
	}
	if u.TypeCode == "" {
		return nil
	}
	t, err := x.a.Types.Latest(ctx, q, u.TypeCode)
	if err != nil {
		return err
	}
	v.Type = web.Text{Zh: t.Name, En: t.NameEn}
	for _, n := range u.Fields {
		f, _ := t.Field(n)
		label := web.Text{Zh: f.Label, En: f.LabelEn}
		if n == "*" {
			label = web.Text{Zh: "全部内容", En: "everything"}
		}
		v.Fields = append(v.Fields, label)
	}
	return nil
}

// purposeText writes the door's own words for what a license was used for as words; anybody else's stand as they are.
func purposeText(u access.Use) web.Text {
	if u.Ground == access.Presentation || u.Ground == access.Consent || u.Ground == access.Share {
		return web.Text{Zh: u.Purpose, En: u.Purpose}
	}
	own := map[string]web.Text{
		"read": {Zh: "办理事项时取用", En: "read to handle a case"}, "list": {Zh: "查询有哪些证照", En: "listed for a case"},
		"verify": {Zh: "核验是否有效", En: "verified"}, "compare": {Zh: "比对是否一致（不给出内容）", En: "compared; no value was given"},
		"copy": {Zh: "办理事项时取加注件", En: "annotated copy taken for a case"}, "grant": {Zh: "申请取用", En: "asked to use it for a case"},
		"review": {Zh: "发证前复核", En: "reviewed before publishing"}, "inspection": {Zh: "执法检查", En: "for an inspection"},
		"commitment": {Zh: "承诺后补取", En: "fetched after a commitment"}, "own": {Zh: "本人查看", En: "looked at by the holder"},
	}
	if t, ok := own[u.Purpose]; ok {
		return t
	}
	return web.Text{Zh: u.Purpose, En: u.Purpose}
}
