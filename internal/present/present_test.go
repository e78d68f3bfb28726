package present_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// stand is 林㛃 with her identity card before a hotel's desk.
type stand struct {
	*world.World
	t     *testing.T
	owner *authn.Actor
	hotel *authn.Actor
	card  license.License
}

func newStand(t *testing.T, w *world.World) *stand {
	t.Helper()
	s := &stand{World: w, t: t, owner: w.Actor(t, "owner"), hotel: w.Actor(t, "hotel-verifier")}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		held, err := w.Licenses.Held(ctx, q, s.owner.HolderID, w.TypeCode(t, demo.IdentityCard))
		s.card = held[0]
		return err
	})
	return s
}

func (s *stand) show(fields ...string) present.Presentation {
	s.t.Helper()
	p, err := s.Desk.Show(context.Background(), s.owner, present.Showing{LicenseID: s.card.ID, Fields: fields})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *stand) check(code string) (present.Verdict, error) {
	return s.Desk.Check(context.Background(), s.hotel, code, "入住登记")
}

func (s *stand) state(id string) present.State {
	s.t.Helper()
	p, err := s.Desk.Get(context.Background(), s.owner, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p.State
}

func (s *stand) lose() {
	s.t.Helper()
	s.Write(s.t, func(ctx context.Context, tx *db.Tx) error {
		l, err := s.Licenses.Get(ctx, tx, s.card.HolderID, s.card.ID)
		if err != nil {
			return err
		}
		return s.Licenses.Lose(ctx, tx, l, s.owner.AccountID)
	})
}

// uses are the records of presentations of the card, newest first.
func (s *stand) uses(result string) (found []access.Use) {
	s.t.Helper()
	s.Read(s.t, func(ctx context.Context, q *db.Tx) error {
		all, err := s.Door.Uses(ctx, q, s.owner.HolderID, access.UseFilter{Limit: 100})
		for _, u := range all {
			if u.Ground == access.Presentation && u.Result == result {
				found = append(found, u)
			}
		}
		return err
	})
	return found
}

func names(fields []access.Field) (out []string) {
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if err == nil || errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// 闽政办〔2022〕33号 任务2、3: 亮证、核验.
func TestShowAndCheckOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		p := s.show()
		if len(p.Code) < 32 || p.ExpiresAt.Sub(p.CreatedAt) != time.Minute || p.State != present.Open {
			t.Errorf("%+v", p)
		}
		for range 5 { // looking consumes nothing, however often
			peek, err := w.Desk.Peek(context.Background(), p.Code)
			if err != nil || peek.State != present.Open || peek.Code != "" || !slices.Equal(peek.Fields, []string{"CZZT", "ZZBH", "ZZBFJG", "ZZYXQJZRQ"}) {
				t.Fatalf("%+v, %v", peek, err)
			}
		}
		v, err := s.check(p.Code)
		if err != nil {
			t.Fatal(err)
		}
		owner := w.Cast(t, "owner")
		if v.State.Verdict() != "valid" || v.State != license.Valid || v.Fields[0].Value != owner.Name || v.Fields[1].Value != owner.Code || v.RecordNo == "" {
			t.Errorf("%+v", v)
		}
		_, err = s.check(p.Code)
		wantCode(t, "a second check", err, "present.used")
		again, err := w.Desk.Get(context.Background(), s.owner, p.ID)
		if err != nil || again.State != present.Checked || again.CheckedBy != s.hotel.UnitID || !again.CheckedAt.Equal(world.Start) {
			t.Errorf("%+v, %v", again, err)
		}
		given, refused := s.uses("given"), s.uses("refused")
		if len(given) != 1 || given[0].RecordNo != v.RecordNo || given[0].Purpose != "入住登记" || given[0].UnitID != s.hotel.UnitID {
			t.Errorf("given: %+v", given)
		}
		if len(refused) != 1 || refused[0].Reasons[0] != "access.present.live" {
			t.Errorf("refused: %+v", refused)
		}
		if err := w.Desk.End(context.Background(), s.owner, p.ID); err != nil || s.state(p.ID) != present.Checked {
			t.Errorf("ending it afterwards changed it: %v", err)
		}
	})
}

// Of several who scan one code at the same moment, one gets the license.
func TestCheckedAtOnceExactlyOneWins(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		for range 3 {
			p := s.show()
			before := len(s.uses("given"))
			const n = 6
			var all sync.WaitGroup
			results := make([]error, n)
			for i := range n {
				all.Go(func() { _, results[i] = s.check(p.Code) })
			}
			all.Wait()
			won := 0
			for _, err := range results {
				switch {
				case err == nil:
					won++
				case errs.Code(err) != "present.used":
					t.Errorf("a loser is told: %v", err)
				}
			}
			if won != 1 || len(s.uses("given")) != before+1 {
				t.Errorf("%d checks won, %d are recorded", won, len(s.uses("given"))-before)
			}
			if n := w.Count(t, `SELECT count(*) FROM presentation WHERE presentation_id = $1 AND uses_left = 0`, p.ID); n != 1 {
				t.Error("the use is not used up, or more than used up")
			}
		}
	})
}

func TestCodesThatAreNoLongerLive(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		last := s.show()
		w.Now.Move(present.Life - time.Microsecond)
		if _, err := s.check(last.Code); err != nil {
			t.Errorf("in its last instant: %v", err)
		}
		expired := s.show()
		w.Now.Move(present.Life)
		_, err := s.check(expired.Code)
		wantCode(t, "when its time is over", err, "present.expired")
		ended := s.show()
		if err := w.Desk.End(ctx, s.owner, ended.ID); err != nil {
			t.Fatal(err)
		}
		_, err = s.check(ended.Code)
		wantCode(t, "taken back", err, "present.ended")
		replaced := s.show()
		latest := s.show() // a forgotten screen cannot be used
		_, err = s.check(replaced.Code)
		wantCode(t, "replaced by a newer one", err, "present.ended")
		_, err = s.check("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		wantCode(t, "nobody's", err, "present.unknown")
		for id, want := range map[string]present.State{last.ID: present.Checked, expired.ID: present.Expired, ended.ID: present.Ended,
			replaced.ID: present.Ended, latest.ID: present.Open} {
			if got := s.state(id); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
		if refused := s.uses("refused"); len(refused) != 3 {
			t.Errorf("%d refusals stand in the holder's list", len(refused))
		}
	})
}

// Between showing and checking the card is reported lost: the verifier learns that, and nothing else.
func TestLostBetweenShowingAndChecking(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		p := s.show()
		s.lose()
		v, err := s.check(p.Code)
		if err != nil {
			t.Fatal(err)
		}
		if v.State != license.Lost || v.State.Verdict() != "suspended" || len(v.Fields) != 0 || v.RecordNo == "" {
			t.Errorf("%+v", v)
		}
		_, err = s.check(p.Code)
		wantCode(t, "again", err, "present.used")
		_, err = w.Desk.Show(context.Background(), s.owner, present.Showing{LicenseID: s.card.ID})
		wantCode(t, "showing a lost card", err, "license.not-in-force")
	})
}

func TestShowingRules(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		_, err := w.Desk.Show(ctx, s.hotelGuest(), present.Showing{LicenseID: s.card.ID})
		wantCode(t, "another's card", err, "license.unknown")
		_, err = w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: db.NewID()})
		wantCode(t, "no card", err, "license.unknown")
		_, err = w.Desk.Show(ctx, s.owner, present.Showing{LicenseID: s.card.ID, Fields: []string{"CZZT", "KZ_NICHTS"}})
		wantCode(t, "a field that is not", err, "license.field.unknown")
		p := s.show("KZ_CSRQ", "CZZT")
		v, err := s.check(p.Code)
		if err != nil || !slices.Equal(names(v.Fields), []string{"KZ_CSRQ", "CZZT"}) {
			t.Errorf("the holder chose two fields: %v, %v", names(v.Fields), err)
		}
		other := s.hotelGuest()
		for what, err := range map[string]error{
			"look": func() error { _, err := w.Desk.Get(ctx, other, p.ID); return err }(),
			"end":  w.Desk.End(ctx, other, p.ID),
		} {
			wantCode(t, "another's presentation: "+what, err, "present.unknown")
		}
		_, err = w.Desk.Check(ctx, s.hotel, s.show().Code, strings.Repeat("长", 101))
		wantCode(t, "a treatise as purpose", err, "field.too-long")
		_, err = w.Desk.Check(ctx, s.hotel, s.show().Code, "入住\x00")
		wantCode(t, "a zero byte as purpose", err, "field.format")
	})
}

func (s *stand) hotelGuest() *authn.Actor { return s.Actor(s.t, "baker") }

// Anybody can check what they are shown; the holder sees that it was a member of the public.
func TestCheckByThePublic(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := newStand(t, w)
	p := s.show()
	v, err := w.Desk.Check(context.Background(), nil, p.Code, "")
	if err != nil || v.State != license.Valid {
		t.Fatalf("%+v, %v", v, err)
	}
	got, err := w.Desk.Get(context.Background(), s.owner, p.ID)
	if err != nil || got.State != present.Checked || got.CheckedBy != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if u := s.uses("given"); len(u) != 1 || u[0].Role != "public" {
		t.Errorf("%+v", u)
	}
}

// One of two holders shows what both hold; the record stands with the license, where the first holder sees it.
func TestShownByTheSecondHolder(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		wife := w.Actor(t, "mother")
		var l license.License
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			held, err := w.Licenses.Held(ctx, q, wife.HolderID, w.TypeCode(t, demo.MarriageCertificate))
			l = held[0]
			return err
		})
		p, err := w.Desk.Show(context.Background(), wife, present.Showing{LicenseID: l.ID})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(p.Fields, "ZZYXQJZRQ") {
			t.Error("a type without a period shows when it ends")
		}
		v, err := w.Desk.Check(context.Background(), w.Actor(t, "hotel-verifier"), p.Code, "")
		if err != nil || !strings.Contains(v.Fields[0].Value, w.Cast(t, "mother").Name) {
			t.Errorf("%+v, %v", v.Fields, err)
		}
		if n := w.Count(t, `SELECT count(*) FROM access_record WHERE holder_id = $1 AND ground = 'presentation'`, l.HolderID); n != 1 {
			t.Errorf("%d records with the first holder", n)
		}
	})
}

// The code in the database is a digest; whoever reads the table cannot check with it.
func TestCodesAreNotKept(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		p := s.show()
		var hash []byte
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT code_hash FROM presentation_code WHERE presentation_id = $1`, p.ID).Scan(&hash)
		})
		if len(hash) != 32 || strings.Contains(string(hash), p.Code) {
			t.Error("the code can be read in the database")
		}
	})
}

// The check code printed on a face answers with type and state, as often as asked, and records nothing.
func TestStaticCodeTellsTypeAndStateOnly(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStand(t, w)
		ctx := context.Background()
		r, err := w.Door.Own(ctx, s.owner, s.card.ID, access.File)
		if err != nil {
			t.Fatal(err)
		}
		report := w.VerifyFile(r.Content)
		if report.Verdict != verify.Valid {
			t.Fatal(report.Causes)
		}
		before := w.Count(t, `SELECT count(*) FROM access_record`)
		for range 3 {
			v, err := w.Desk.ByIdentifier(ctx, s.card.Identifier)
			if err != nil || v.State != license.Valid || v.Type.Code != s.card.TypeCode || len(v.Fields) != 0 || v.RecordNo != "" || v.Issuer == "" {
				t.Fatalf("%+v, %v", v, err)
			}
		}
		s.lose()
		if v, err := w.Desk.ByIdentifier(ctx, s.card.Identifier); err != nil || v.State != license.Lost {
			t.Errorf("after the loss: %v, %v", v.State, err)
		}
		if n := w.Count(t, `SELECT count(*) FROM access_record`); n != before {
			t.Errorf("%d records were made", n-before)
		}
		for _, code := range []string{"", "x", strings.Repeat("a", 26)} {
			_, err := w.Desk.Static(ctx, code)
			wantCode(t, "a code that is none", err, "license.unknown")
		}
	})
}

// What is not published does not exist for outsiders.
func TestStaticCodeOfWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	ctx := context.Background()
	fields := map[string]string{}
	for _, l := range w.City.LicensesOf(w.Cast(t, "tea-firm").Code) {
		if l.Type == w.TypeCode(t, demo.FoodPermit) {
			fields = l.Fields
		}
	}
	typ, err := w.City.Type(demo.FoodPermit)
	if err != nil {
		t.Fatal(err)
	}
	var l license.License
	holder := w.HolderID(t, "food-firm")
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		var err error
		l, err = w.Licenses.Draft(ctx, tx, license.Draft{TypeCode: typ.Code, Holders: []string{holder}, IssuerID: typ.Issuers[0],
			Fields: fields, MakerID: "maker", IssuedOn: world.Start, DueAt: world.Start})
		return err
	})
	// Whoever has a file is told what it is worth; the code printed on its face leads nowhere.
	state := func(want license.State) {
		t.Helper()
		v, err := w.Desk.ByIdentifier(ctx, l.Identifier)
		if err != nil || v.State != want {
			t.Errorf("state %q, %v; want %q", v.State, err, want)
		}
	}
	state(license.InMaking)
	if _, err := w.Licenses.Make(ctx, l.HolderID, l.ID); err != nil {
		t.Fatal(err)
	}
	state(license.InMaking)
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Licenses.Review(ctx, tx, license.Review{HolderID: l.HolderID, LicenseID: l.ID, ReviewerID: "second", UnitID: l.IssuerID})
		return err
	})
	state(license.Abolished)
}
