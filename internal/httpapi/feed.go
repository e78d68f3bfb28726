package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

const tagFeed = "办件归集 Cases from departments"

// Signature is how a department's system signs a request: SM2 with SM3 over method, path, time and the SM3 of the body
// in hex, each followed by a line feed but the last.
type Signature struct {
	Key       string `header:"X-Yinxin-Key" maxLength:"36" doc:"Id of the key that the ledger knows."`
	Time      string `header:"X-Yinxin-Time" maxLength:"40" doc:"RFC 3339; at most ten minutes off."`
	Signature string `header:"X-Yinxin-Signature" maxLength:"200" doc:"Base64 of the DER signature."`
}

// FeedCase is one step of a case, as a system sends it.
type FeedCase struct {
	Seq        int64     `json:"seq" minimum:"1" doc:"The system's own number, without gaps from 1."`
	CaseNo     string    `json:"caseNo" minLength:"1" maxLength:"40" pattern:"^[A-Za-z0-9-]+$"`
	MatterCode string    `json:"matterCode" maxLength:"40"`
	UnitID     string    `json:"unitId,omitempty" maxLength:"18"`
	Event      string    `json:"event" enum:"opened,moved,closed" doc:"moved: to another stage or another clerk."`
	At         time.Time `json:"at"`
	Outcome    string    `json:"outcome,omitempty" enum:"approved,refused,withdrawn" doc:"Of a closed case."`
	Applicant  *struct {
		Code string `json:"code" maxLength:"18"`
		Name string `json:"name" maxLength:"100"`
	} `json:"applicant,omitempty"`
	Stage   string                      `json:"stage,omitempty" enum:"accept,decide,making" doc:"Where the case stands; accept unless said. Licenses are lent only at the stages that the matter binds."`
	Clerk   string                      `json:"clerk,omitempty" maxLength:"100" doc:"User name, in the system, of whoever handles the case now; licenses are lent to nobody else."`
	Parties map[string]DepartmentPerson `json:"parties,omitempty" doc:"Besides the applicant: representative, spouse, child."`
}

type feedInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		Items []FeedCase `json:"items" minItems:"1" maxItems:"200"`
	}
}

// FeedResult is what became of a message.
type FeedResult struct {
	Seq    int64    `json:"seq"`
	Status string   `json:"status" enum:"taken,repeated,refused"`
	Reason *Reason  `json:"reason,omitempty" doc:"Why it was refused; its number stays open."`
	Faults []Reason `json:"faults" doc:"What the standard asks for and it lacks; it was taken all the same."`
}

type feedOutput struct {
	Body struct {
		Items []FeedResult `json:"items"`
	}
}

type tallyInput struct {
	Language
	Signature
	RawBody []byte
	Body    struct {
		Day    string `json:"day" format:"date"`
		Counts []struct {
			MatterCode string `json:"matterCode" maxLength:"40"`
			Opened     int    `json:"opened" minimum:"0" maximum:"1000000"`
			Closed     int    `json:"closed" minimum:"0" maximum:"1000000"`
		} `json:"counts" maxItems:"2000"`
	}
}

type feedReportInput struct {
	Language
	From     string `query:"from" format:"date"`
	To       string `query:"to" format:"date"`
	SystemID string `query:"systemId" maxLength:"36"`
}

// FeedGap is one matter of one system on one day.
type FeedGap struct {
	Day      string    `json:"day"`
	System   Named     `json:"system"`
	Unit     Named     `json:"unit"`
	Matter   Coded     `json:"matter"`
	Counted  bool      `json:"counted" doc:"The system sent its tally of the day."`
	Expected FeedCount `json:"expected"`
	Received FeedCount `json:"received"`
	Missing  int       `json:"missing"`
	Late     int       `json:"late"`
	Lacking  int       `json:"lacking" doc:"Messages without all elements."`
}

// FeedCount counts opened and closed cases.
type FeedCount struct {
	Opened int `json:"opened"`
	Closed int `json:"closed"`
}

// FeedStanding is how a system's numbers stand.
type FeedStanding struct {
	System  Named      `json:"system"`
	Unit    Named      `json:"unit"`
	Last    int64      `json:"last"`
	Missing int64      `json:"missing"`
	Holes   []FeedHole `json:"holes"`
	At      time.Time  `json:"at"`
}

// FeedHole is a run of numbers that did not come.
type FeedHole struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

type feedReportOutput struct {
	Body struct {
		Items   []FeedGap      `json:"items"`
		Systems []FeedStanding `json:"systems"`
	}
}

// SystemKey is a public key of a department's system.
type SystemKey struct {
	ID        string     `json:"id"`
	PublicKey string     `json:"publicKey" doc:"SM2, PEM."`
	CreatedAt time.Time  `json:"createdAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
}

type systemKeysOutput struct {
	Body struct {
		Items []SystemKey `json:"items"`
	}
}

type systemKeyInput struct {
	SystemPath
	Body struct {
		PublicKey string `json:"publicKey" minLength:"100" maxLength:"1000"`
		Why
	}
}

type systemKeyEndInput struct {
	SystemPath
	KeyID string `path:"keyId" format:"uuid"`
	Body  struct{ Why }
}

type systemKeyOutput struct{ Body SystemKey }

func registerFeed(api huma.API, d Deps) {
	signed := func(op huma.Operation) huma.Operation {
		op.Tags, op.Method = []string{tagFeed}, http.MethodPost
		op.Errors = append(op.Errors, http.StatusUnauthorized)
		return open(op)
	}
	huma.Register(api, signed(huma.Operation{
		OperationID: "sendCases", Path: "/api/v1/feed/cases", Summary: "归集办件",
		Description: "A department's system sends what happened to its cases, signed. Sent again it changes nothing.",
	}), d.sendCases)
	huma.Register(api, signed(huma.Operation{
		OperationID: "sendTally", Path: "/api/v1/feed/tallies", Summary: "报一天的办件数", DefaultStatus: http.StatusNoContent,
		Errors:      []int{http.StatusConflict},
		Description: "A department's system sends how many cases there were on a day, signed. A later tally of the day takes the place; one signed earlier is refused.",
	}), d.sendTally)
	readers := []string{RoleDigital, RoleAdmin, RoleMatters, RoleCatalog}
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getFeedReport", Method: http.MethodGet, Path: "/api/v1/feed/report", Tags: []string{tagFeed},
		Summary: "归集差距", Description: "What should have come and what came, by day, system and matter; and which numbers are missing.",
	}, readers...), d.feedReport)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listSystemKeys", Method: http.MethodGet, Path: "/api/v1/systems/{systemId}/keys", Tags: []string{tagSystem},
		Summary: "系统的公钥", Description: "Keys under which a system signs.", Errors: []int{http.StatusNotFound},
	}, readers...), d.listSystemKeys)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "addSystemKey", Method: http.MethodPost, Path: "/api/v1/systems/{systemId}/keys", Tags: []string{tagSystem},
		Summary: "登记公钥", Description: "Enter a key under which a system signs. A unit's officer enters keys of the own unit's systems.",
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
	}, RoleDigital, RoleCatalog)), d.addSystemKey)
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "endSystemKey", Method: http.MethodPost, Path: "/api/v1/systems/{systemId}/keys/{keyId}/end", Tags: []string{tagSystem},
		Summary: "停用公钥", Description: "End a key: nothing signed by it is taken any more.", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, RoleDigital, RoleCatalog)), d.endSystemKey)
}

func (d Deps) sender(ctx context.Context, s Signature, path string, body []byte) (org.System, error) {
	return d.Feed.Sender(ctx, feed.Signed{KeyID: s.Key, Time: s.Time, Signature: s.Signature, Method: http.MethodPost, Path: path, Body: body}, nil)
}

func (d Deps) sendCases(ctx context.Context, in *feedInput) (*feedOutput, error) {
	x, err := d.sender(ctx, in.Signature, "/api/v1/feed/cases", in.RawBody)
	if err != nil {
		return nil, err
	}
	var messages []feed.Message
	for _, c := range in.Body.Items {
		m := feed.Message{Seq: c.Seq, CaseNo: c.CaseNo, Matter: c.MatterCode, Unit: c.UnitID, Event: feed.Event(c.Event), At: c.At, Outcome: c.Outcome}
		if c.Applicant != nil {
			m.HolderCode, m.HolderName = c.Applicant.Code, c.Applicant.Name
		}
		m.Progress = feed.Progress{Stage: matter.Stage(c.Stage), Clerk: c.Clerk}
		for party, who := range c.Parties {
			if m.Parties == nil {
				m.Parties = map[matter.Party]feed.Person{}
			}
			m.Parties[matter.Party(party)] = feed.Person(who)
		}
		messages = append(messages, m)
	}
	results, err := d.Feed.Take(ctx, x, messages)
	if err != nil {
		return nil, err
	}
	var cases []string
	for _, m := range messages {
		cases = append(cases, m.CaseNo)
	}
	if err := d.Callers.Arrived(ctx, x.ID, cases); err != nil {
		return nil, err
	}
	out := &feedOutput{}
	out.Body.Items = []FeedResult{}
	for _, r := range results {
		item := FeedResult{Seq: r.Seq, Status: r.Status, Reason: reasonOf(r.Code, nil), Faults: []Reason{}}
		for _, f := range r.Faults {
			item.Faults = append(item.Faults, *reasonOf(f, nil))
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

func (d Deps) sendTally(ctx context.Context, in *tallyInput) (*struct{}, error) {
	x, err := d.sender(ctx, in.Signature, "/api/v1/feed/tallies", in.RawBody)
	if err != nil {
		return nil, err
	}
	var tallies []feed.Tally
	for _, c := range in.Body.Counts {
		tallies = append(tallies, feed.Tally{Matter: c.MatterCode, Opened: c.Opened, Closed: c.Closed})
	}
	at, err := time.Parse(time.RFC3339, in.Signature.Time)
	if err != nil {
		return nil, errs.New(errs.Unauthenticated, "feed.signature")
	}
	return nil, d.Feed.Count(ctx, x, at, in.Body.Day, tallies)
}

// reportDays is how far back the report goes when nobody says.
const reportDays = 7

func (d Deps) feedReport(ctx context.Context, in *feedReportInput) (*feedReportOutput, error) {
	now := d.Clock.Now()
	f := feed.Filter{From: in.From, To: in.To, SystemID: in.SystemID}
	if f.From == "" {
		f.From = date(now.AddDate(0, 0, -reportDays))
	}
	if f.To == "" {
		f.To = date(now)
	}
	out := &feedReportOutput{}
	out.Body.Items, out.Body.Systems = []FeedGap{}, []FeedStanding{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		named := feedNames{d: d, q: q, lang: in.lang(), systems: map[string][2]Named{}, matters: map[string]string{}}
		rows, err := d.Feed.Report(ctx, q, f)
		if err != nil {
			return err
		}
		for _, r := range rows {
			g, err := named.gap(ctx, r)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, g)
		}
		standings, err := d.Feed.Standings(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range standings {
			n, err := named.system(ctx, s.SystemID)
			if err != nil {
				return err
			}
			x := FeedStanding{System: n[0], Unit: n[1], Last: s.Last, Missing: s.Missing, Holes: []FeedHole{}, At: s.At.In(clock.Shanghai)}
			for _, h := range s.Holes {
				x.Holes = append(x.Holes, FeedHole(h))
			}
			out.Body.Systems = append(out.Body.Systems, x)
		}
		return nil
	})
	return out, err
}

// feedNames names systems and matters once each.
type feedNames struct {
	d       Deps
	q       *db.Tx
	lang    string
	systems map[string][2]Named
	matters map[string]string
}

// system names a system and its unit; one that was taken off the ledger is named by its id.
func (n feedNames) system(ctx context.Context, id string) ([2]Named, error) {
	if found, ok := n.systems[id]; ok {
		return found, nil
	}
	x, err := n.d.Units.System(ctx, n.q, id)
	if errs.Code(err) == "system.unknown" {
		return [2]Named{{ID: id, Name: id}, {}}, nil
	}
	if err != nil {
		return [2]Named{}, err
	}
	unit, err := n.d.unitNamed(ctx, n.q, x.Unit, n.lang)
	n.systems[id] = [2]Named{{ID: x.ID, Name: x.Name}, unit}
	return n.systems[id], err
}

func (n feedNames) gap(ctx context.Context, r feed.Row) (FeedGap, error) {
	names, err := n.system(ctx, r.SystemID)
	if err != nil {
		return FeedGap{}, err
	}
	name, ok := n.matters[r.Matter]
	if !ok {
		name = r.Matter
		m, err := n.d.Matters.Get(ctx, n.q, r.Matter)
		if err == nil {
			name = choose(n.lang, m.Name, m.NameEn)
		} else if errs.Of(err).Kind != errs.NotFound {
			return FeedGap{}, err
		}
		n.matters[r.Matter] = name
	}
	return FeedGap{Day: r.Day, System: names[0], Unit: names[1], Matter: Coded{Code: r.Matter, Name: name}, Counted: r.Counted,
		Expected: FeedCount(r.Expected), Received: FeedCount(r.Received), Missing: r.Missing(), Late: r.Late, Lacking: r.Lacking}, nil
}

func systemKey(k feed.Key) SystemKey {
	return SystemKey{ID: k.ID, PublicKey: k.PublicKey, CreatedAt: k.CreatedAt.In(clock.Shanghai), EndedAt: beijing(k.EndedAt)}
}

func (d Deps) listSystemKeys(ctx context.Context, in *SystemPath) (*systemKeysOutput, error) {
	out := &systemKeysOutput{}
	out.Body.Items = []SystemKey{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		if _, err := d.Units.System(ctx, q, in.SystemID); err != nil {
			return err
		}
		keys, err := d.Feed.Keys(ctx, q, in.SystemID)
		for _, k := range keys {
			out.Body.Items = append(out.Body.Items, systemKey(k))
		}
		return err
	})
	return out, err
}

// changeKey runs a change of a system's keys, for the digital office or the officer of the system's unit.
func (d Deps) changeKey(ctx context.Context, systemID string, do func(tx *db.Tx) (feed.Key, error)) (*systemKeyOutput, error) {
	out := &systemKeyOutput{}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := d.Units.System(ctx, tx, systemID)
		if err != nil {
			return err
		}
		if err := d.ownSystem(ctx, tx, x.ID, x.Unit); err != nil {
			return err
		}
		k, err := do(tx)
		out.Body = systemKey(k)
		return err
	})
	return out, err
}

func (d Deps) addSystemKey(ctx context.Context, in *systemKeyInput) (*systemKeyOutput, error) {
	return d.changeKey(ctx, in.SystemID, func(tx *db.Tx) (feed.Key, error) {
		return d.Feed.AddKey(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.SystemID, in.Body.PublicKey)
	})
}

func (d Deps) endSystemKey(ctx context.Context, in *systemKeyEndInput) (*systemKeyOutput, error) {
	return d.changeKey(ctx, in.SystemID, func(tx *db.Tx) (feed.Key, error) {
		return d.Feed.EndKey(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.SystemID, in.KeyID)
	})
}
