package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/vertical"
)

const tagVertical = "垂管系统 Vertical systems"

// Paths of what vertical systems send; the signature covers them.
const (
	verticalMessagesPath  = "/api/v1/vertical/messages"
	verticalManifestsPath = "/api/v1/vertical/manifests"
	verticalWantedPath    = "/api/v1/vertical/wanted"
)

// verticalMost bounds the body of one request: messages may bring sealed files.
const verticalMost = 32 << 20

// VerticalMessage is one step in the life of a license, as the system that knows of it sends it.
type VerticalMessage struct {
	LicenseKey  string            `json:"licenseKey" maxLength:"64" doc:"The system's own name for the license; nothing personal."`
	Seq         int64             `json:"seq" minimum:"1" doc:"Number of the message about this license, without gaps from 1."`
	Action      string            `json:"action" enum:"issue,change,end,suspend,release"`
	At          time.Time         `json:"at" doc:"When it happened there; its day is the manifest's."`
	Fingerprint string            `json:"fingerprint" minLength:"64" maxLength:"64" doc:"Lower-case hexadecimal; names the content in the day's list. Mix a random salt in: what it is made of stays with the system."`
	Identifier  string            `json:"identifier,omitempty" maxLength:"128" doc:"Of the license issued or changed. Of one known here, when the first message is another than issue."`
	TypeCode    string            `json:"typeCode,omitempty" maxLength:"21"`
	IssuerID    string            `json:"issuerId,omitempty" maxLength:"18" doc:"The system's unit unless given; that or one below it."`
	Number      string            `json:"number,omitempty" maxLength:"60"`
	Holders     []VerticalHolder  `json:"holders,omitempty" maxItems:"50"`
	Fields      map[string]string `json:"fields,omitempty" doc:"The type's own fields."`
	IssuedOn    string            `json:"issuedOn,omitempty" maxLength:"10"`
	PaperSerial string            `json:"paperSerial,omitempty" maxLength:"60"`
	CaseNo      string            `json:"caseNo,omitempty" maxLength:"40" doc:"The platform's case that waits for this license; it is closed with it."`
	File        []byte            `json:"file,omitempty" doc:"OFD, sealed at the source; verified before it is taken. Base64."`
	Digest      string            `json:"digest,omitempty" maxLength:"64" doc:"SM3, in lower-case hex, of the file, where a national system makes the type: of such a license the index alone is taken, without number, fields and file; they are fetched at their source when the license is read."`
	Cause       string            `json:"cause,omitempty" enum:"cancelled,revoked,penalty,abolished" doc:"How it ends."`
	Ground      string            `json:"ground,omitempty" maxLength:"100" doc:"Number of the decision; nothing personal."`
}

// VerticalHolder is one of the holders of a license.
type VerticalHolder struct {
	Code string `json:"code" maxLength:"18"`
	Name string `json:"name" maxLength:"100"`
}

type verticalMessagesInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		Items []VerticalMessage `json:"items" minItems:"1" maxItems:"200"`
	}
}

// VerticalResult is what became of a message.
type VerticalResult struct {
	LicenseKey string  `json:"licenseKey"`
	Seq        int64   `json:"seq"`
	Status     string  `json:"status" enum:"applied,parked,failed,repeated,refused" doc:"Parked and failed ones are kept: they are carried out by themselves when what is missing has come."`
	Reason     *Reason `json:"reason,omitempty"`
}

// VerticalWish is what the system is asked to send again.
type VerticalWish struct {
	ID         string `json:"id,omitempty" doc:"Told until the system says that it is done; a gap has none, it ends by itself."`
	Day        string `json:"day,omitempty" doc:"All messages of this day."`
	LicenseKey string `json:"licenseKey,omitempty" doc:"All messages about this license from fromSeq on."`
	FromSeq    int64  `json:"fromSeq,omitempty"`
}

type verticalMessagesOutput struct {
	Body struct {
		Items  []VerticalResult `json:"items"`
		Wanted []VerticalWish   `json:"wanted"`
	}
}

// VerticalEntry names one message in a day's list.
type VerticalEntry struct {
	LicenseKey  string `json:"licenseKey" maxLength:"64"`
	Seq         int64  `json:"seq" minimum:"1"`
	Fingerprint string `json:"fingerprint" maxLength:"64"`
}

type verticalManifestInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		Day   string          `json:"day" format:"date"`
		Count int64           `json:"count" minimum:"0"`
		Hash  string          `json:"hash" minLength:"64" maxLength:"64" doc:"SM3, in hex, of a line licenseKey|seq|fingerprint with a line feed for each message of the day, ordered by key and number."`
		Items []VerticalEntry `json:"items,omitempty" maxItems:"200000" doc:"The list, when it was asked for."`
	}
}

// VerticalDay is how a day of a system compares.
type VerticalDay struct {
	Day         string               `json:"day"`
	Theirs      int64                `json:"theirs"`
	Ours        int64                `json:"ours"`
	Agrees      bool                 `json:"agrees"`
	ListWanted  bool                 `json:"listWanted" doc:"The hashes differ: say it again with the list."`
	Differences []VerticalDifference `json:"differences"`
	CheckedAt   time.Time            `json:"checkedAt"`
}

// VerticalDifference is one finding.
type VerticalDifference struct {
	LicenseKey string `json:"licenseKey"`
	Seq        int64  `json:"seq"`
	Kind       string `json:"kind" enum:"missing,waiting,extra,different,drifted"`
}

type verticalDayOutput struct {
	Body struct {
		VerticalDay
		Wanted []VerticalWish `json:"wanted"`
	}
}

type verticalWantedInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		Done []string `json:"done,omitempty" maxItems:"200" doc:"Ids of wishes that were fulfilled."`
	}
}

type verticalWantedOutput struct {
	Body struct {
		Wanted []VerticalWish `json:"wanted"`
	}
}

// VerticalSystem is how the stream of a system stands.
type VerticalSystem struct {
	System    Named      `json:"system"`
	Unit      Named      `json:"unit"`
	LastAt    time.Time  `json:"lastAt"`
	Licenses  int64      `json:"licenses"`
	Applied   int64      `json:"applied"`
	Parked    int64      `json:"parked"`
	Gaps      int64      `json:"gaps"`
	Failed    int64      `json:"failed"`
	Repeated  int64      `json:"repeated"`
	Refused   int64      `json:"refused"`
	Reason    *Reason    `json:"reason,omitempty" doc:"Why the last refused message was."`
	OpenSince *time.Time `json:"openSince,omitempty" doc:"Since when the oldest message waits."`
	Wishes    int64      `json:"wishes"`
}

type verticalSystemsOutput struct {
	Body struct {
		Items []VerticalSystem `json:"items"`
	}
}

// VerticalOpen is a message that waits or failed.
type VerticalOpen struct {
	LicenseKey string     `json:"licenseKey"`
	Seq        int64      `json:"seq"`
	Action     string     `json:"action" enum:"issue,change,end,suspend,release"`
	State      string     `json:"state" enum:"parked,failed"`
	Reason     *Reason    `json:"reason,omitempty"`
	Tries      int64      `json:"tries"`
	NextAt     *time.Time `json:"nextAt,omitempty" doc:"When it is tried again."`
	ReceivedAt time.Time  `json:"receivedAt"`
}

type verticalSystemOutput struct {
	Body struct {
		Open   []VerticalOpen `json:"open"`
		Days   []VerticalDay  `json:"days"`
		Wanted []VerticalWish `json:"wanted"`
	}
}

type verticalReplayInput struct {
	SystemPath
	Body struct {
		Day        string `json:"day,omitempty" format:"date" doc:"All of a day, or"`
		LicenseKey string `json:"licenseKey,omitempty" maxLength:"64" doc:"all about a license"`
		FromSeq    int64  `json:"fromSeq,omitempty" minimum:"0" doc:"from this number on."`
		Why
	}
}

type verticalReplayOutput struct{ Body VerticalWish }

type verticalRetryInput struct {
	SystemPath
	Body struct{ Why }
}

func registerVertical(api huma.API, d Deps) {
	signed := func(op huma.Operation) huma.Operation {
		op.Tags, op.Method, op.MaxBodyBytes = []string{tagVertical}, http.MethodPost, verticalMost
		op.Errors = append(op.Errors, http.StatusUnauthorized)
		return open(op)
	}
	huma.Register(api, signed(huma.Operation{
		OperationID: "sendVerticalMessages", Path: verticalMessagesPath, Summary: "推送证照与变更",
		Description: "A vertical system, or a department's own, tells of new, changed and ended licenses, signed. Each is sent at least once, in any order; the same one again changes nothing.",
	}), d.sendVerticalMessages)
	huma.Register(api, signed(huma.Operation{
		OperationID: "sendVerticalManifest", Path: verticalManifestsPath, Summary: "按日对账",
		Description: "Compare a day: count and hash first, with the list when the answer asks for it.",
	}), d.sendVerticalManifest)
	huma.Register(api, signed(huma.Operation{
		OperationID: "askVerticalWanted", Path: verticalWantedPath, Summary: "询问要补传什么",
		Description: "What the system is to send again; and word of what it has sent again.",
	}), d.askVerticalWanted)
	readers := []string{RoleDigital, RoleAdmin, RoleCatalog}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listVerticalSystems", Method: http.MethodGet, Path: "/api/v1/vertical/systems", Tags: []string{tagVertical},
		Summary: "垂管系统运行情况", Description: "How the streams of all systems stand that push licenses.",
	}, readers...), d.listVerticalSystems)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getVerticalSystem", Method: http.MethodGet, Path: "/api/v1/vertical/systems/{systemId}", Tags: []string{tagVertical},
		Summary: "一个垂管系统", Description: "Messages that wait or failed, the last reconciliations, and what is asked for.", Errors: []int{http.StatusNotFound},
	}, readers...), d.getVerticalSystem)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "replayVertical", Method: http.MethodPost, Path: "/api/v1/vertical/systems/{systemId}/replay", Tags: []string{tagVertical},
		Summary: "要求补传", Description: "Ask a system to send a day, or all about a license, again. It is told with the next answer.",
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
	}, RoleDigital, RoleCatalog), d.replayVertical)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "retryVertical", Method: http.MethodPost, Path: "/api/v1/vertical/systems/{systemId}/retry", Tags: []string{tagVertical},
		Summary: "重试失败的消息", Description: "Carry out again what failed.", DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
	}, RoleDigital, RoleCatalog), d.retryVertical)
}

func (m VerticalMessage) message() vertical.Message {
	out := vertical.Message{Key: m.LicenseKey, Seq: m.Seq, Action: vertical.Action(m.Action), At: m.At, Fingerprint: m.Fingerprint,
		Identifier: m.Identifier, TypeCode: m.TypeCode, IssuerID: m.IssuerID, Number: m.Number, Fields: m.Fields, IssuedOn: m.IssuedOn,
		PaperSerial: m.PaperSerial, CaseNo: m.CaseNo, File: m.File, Digest: m.Digest, Cause: license.State(m.Cause), Ground: m.Ground}
	for _, h := range m.Holders {
		out.Holders = append(out.Holders, vertical.Person(h))
	}
	return out
}

func (d Deps) wanted(ctx context.Context, systemID string) ([]VerticalWish, error) {
	out := []VerticalWish{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		wishes, err := d.Vertical.Wanted(ctx, q, systemID)
		for _, w := range wishes {
			out = append(out, verticalWish(w))
		}
		return err
	})
	return out, err
}

func verticalWish(w vertical.Wish) VerticalWish {
	return VerticalWish{ID: w.ID, Day: w.Day, LicenseKey: w.Key, FromSeq: w.From}
}

func (d Deps) sendVerticalMessages(ctx context.Context, in *verticalMessagesInput) (*verticalMessagesOutput, error) {
	x, err := d.sender(ctx, in.Signature, verticalMessagesPath, in.RawBody)
	if err != nil {
		return nil, err
	}
	var messages []vertical.Message
	for _, m := range in.Body.Items {
		messages = append(messages, m.message())
	}
	results, err := d.Vertical.Take(ctx, x, messages)
	if err != nil {
		return nil, err
	}
	out := &verticalMessagesOutput{}
	for _, r := range results {
		out.Body.Items = append(out.Body.Items, VerticalResult{LicenseKey: r.Key, Seq: r.Seq, Status: r.Status, Reason: reasonOf(r.Code, r.Args)})
	}
	out.Body.Wanted, err = d.wanted(ctx, x.ID)
	return out, err
}

func (d Deps) sendVerticalManifest(ctx context.Context, in *verticalManifestInput) (*verticalDayOutput, error) {
	x, err := d.sender(ctx, in.Signature, verticalManifestsPath, in.RawBody)
	if err != nil {
		return nil, err
	}
	m := vertical.Manifest{Day: in.Body.Day, Count: in.Body.Count, Hash: in.Body.Hash}
	if in.Body.Items != nil {
		m.List = []vertical.Entry{}
	}
	for _, e := range in.Body.Items {
		m.List = append(m.List, vertical.Entry{Key: e.LicenseKey, Seq: e.Seq, Fingerprint: e.Fingerprint})
	}
	r, err := d.Vertical.Reconcile(ctx, x, m)
	if err != nil {
		return nil, err
	}
	out := &verticalDayOutput{}
	out.Body.VerticalDay = verticalDay(r)
	out.Body.Wanted, err = d.wanted(ctx, x.ID)
	return out, err
}

func verticalDay(r vertical.Reconciliation) VerticalDay {
	v := VerticalDay{Day: r.Day, Theirs: r.Theirs, Ours: r.Ours, Agrees: r.Agrees, ListWanted: r.ListWanted, Differences: []VerticalDifference{},
		CheckedAt: r.CheckedAt.In(clock.Shanghai)}
	for _, f := range r.Found {
		v.Differences = append(v.Differences, VerticalDifference{LicenseKey: f.Key, Seq: f.Seq, Kind: string(f.Kind)})
	}
	return v
}

func (d Deps) askVerticalWanted(ctx context.Context, in *verticalWantedInput) (*verticalWantedOutput, error) {
	x, err := d.sender(ctx, in.Signature, verticalWantedPath, in.RawBody)
	if err != nil {
		return nil, err
	}
	if err := d.Vertical.Done(ctx, x, in.Body.Done); err != nil {
		return nil, err
	}
	out := &verticalWantedOutput{}
	out.Body.Wanted, err = d.wanted(ctx, x.ID)
	return out, err
}

func (d Deps) listVerticalSystems(ctx context.Context, in *Language) (*verticalSystemsOutput, error) {
	out := &verticalSystemsOutput{}
	out.Body.Items = []VerticalSystem{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		named := feedNames{d: d, q: q, lang: in.lang(), systems: map[string][2]Named{}, matters: map[string]string{}}
		all, err := d.Vertical.Healths(ctx, q)
		if err != nil {
			return err
		}
		own := ownUnit(actorFrom(ctx), RoleDigital, RoleAdmin)
		for _, h := range all {
			n, err := named.system(ctx, h.SystemID)
			if err != nil {
				return err
			}
			if own != "" && n[1].ID != own {
				continue
			}
			out.Body.Items = append(out.Body.Items, VerticalSystem{System: n[0], Unit: n[1], LastAt: h.LastAt.In(clock.Shanghai), Licenses: h.Licenses,
				Applied: h.Applied, Parked: h.Parked, Gaps: h.Gaps, Failed: h.Failed, Repeated: h.Repeated, Refused: h.Refused,
				Reason: reasonOf(h.Reason, nil), OpenSince: beijing(h.OpenFrom), Wishes: h.Wishes})
		}
		return nil
	})
	return out, err
}

func (d Deps) getVerticalSystem(ctx context.Context, in *SystemPath) (*verticalSystemOutput, error) {
	out := &verticalSystemOutput{}
	out.Body.Open, out.Body.Days = []VerticalOpen{}, []VerticalDay{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		if _, err := d.Units.System(ctx, q, in.SystemID); err != nil {
			return err
		}
		open, err := d.Vertical.OpenMessages(ctx, q, in.SystemID)
		if err != nil {
			return err
		}
		for _, o := range open {
			out.Body.Open = append(out.Body.Open, VerticalOpen{LicenseKey: o.Key, Seq: o.Seq, Action: string(o.Action), State: string(o.State),
				Reason: reasonOf(o.Reason, o.Args), Tries: o.Tries, NextAt: beijing(o.NextAt), ReceivedAt: o.ReceivedAt.In(clock.Shanghai)})
		}
		days, err := d.Vertical.Days(ctx, q, in.SystemID)
		for _, r := range days {
			out.Body.Days = append(out.Body.Days, verticalDay(r))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Body.Wanted, err = d.wanted(ctx, in.SystemID)
	return out, err
}

func (d Deps) replayVertical(ctx context.Context, in *verticalReplayInput) (*verticalReplayOutput, error) {
	out := &verticalReplayOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := d.Units.System(ctx, tx, in.SystemID)
		if err != nil {
			return err
		}
		if err := d.ownSystem(ctx, tx, x.ID, x.Unit); err != nil {
			return err
		}
		w, err := d.Vertical.Replay(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason),
			vertical.Wish{SystemID: x.ID, Day: in.Body.Day, Key: in.Body.LicenseKey, From: in.Body.FromSeq})
		out.Body = verticalWish(w)
		return err
	})
	return out, err
}

func (d Deps) retryVertical(ctx context.Context, in *verticalRetryInput) (*struct{}, error) {
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		x, err := d.Units.System(ctx, q, in.SystemID)
		if err != nil {
			return err
		}
		return d.ownSystem(ctx, q, x.ID, x.Unit)
	})
	if err != nil {
		return nil, err
	}
	return nil, d.Vertical.Retry(ctx, change.Of(actorFrom(ctx), in.Body.Reason), in.SystemID)
}
