package access_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// TestViews shows the records of use to those they concern: the holder, the issuer, the supervisor.
func TestViews(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		l := w.License(t, "owner", identityCard)
		before := w.usage(t, l.IssuerID, l.TypeCode, w.Clock.Now(), w.Clock.Now())
		c, token := w.token(t, labMatter, "owner")
		given, err := w.door.Redeem(t.Context(), w.clerk, token.Secret, access.Fields)
		if err != nil {
			t.Fatal(err)
		}
		for range 7 { // refusals that anybody can cause
			_, err := w.door.Grant(t.Context(), w.colleague, w.ask(t, c, "owner", identityCard))
			w.refused(t, err, l.HolderID, "access.case.clerk")
		}
		t.Run("holder", func(t *testing.T) { w.holdersView(t, l.HolderID, l.ID, given.RecordNo) })
		t.Run("issuer", func(t *testing.T) { w.issuersView(t, l.IssuerID, l.TypeCode, before) })
		t.Run("supervisor", func(t *testing.T) { w.supervisorsView(t, c, given.RecordNo, l.Identifier) })
		t.Run("bounded", func(t *testing.T) { w.boundedLook(t, c, given.RecordNo) })
	})
}

// holdersView: refusals do not push out what was given, pages have every record once, filters hold.
func (w *world) holdersView(t *testing.T, holderID, licenseID, givenNo string) {
	list := func(f access.UseFilter) (found []access.Use) {
		w.Read(t, func(q *db.Tx) error {
			var err error
			found, err = w.door.Uses(t.Context(), q, holderID, f)
			return err
		})
		return found
	}
	is := func(u access.Use) bool { return u.RecordNo == givenNo }
	all := list(access.UseFilter{Limit: 1000})
	if got := list(access.UseFilter{Limit: 7, Result: access.ResultGiven}); !slices.ContainsFunc(got, is) {
		t.Errorf("what was given is not among %d given", len(got))
	}
	if got := list(access.UseFilter{Limit: 7, Result: access.ResultRefused}); len(got) != 7 || slices.ContainsFunc(got, is) {
		t.Errorf("%d refused", len(got))
	}
	var paged []string
	f := access.UseFilter{Limit: 2}
	for {
		page := list(f)
		for _, u := range page {
			paged = append(paged, u.RecordID)
		}
		if len(page) < f.Limit {
			break
		}
		f.Before = page[len(page)-1].RecordID
	}
	var want []string
	for _, u := range all {
		want = append(want, u.RecordID)
	}
	if !slices.Equal(paged, want) {
		t.Errorf("pages have %d records, the list %d", len(paged), len(want))
	}
	at := all[slices.IndexFunc(all, is)].At
	for name, x := range map[string]struct {
		f    access.UseFilter
		want bool
	}{
		"license":         {access.UseFilter{LicenseID: licenseID}, true},
		"another license": {access.UseFilter{LicenseID: db.NewID()}, false},
		"unit":            {access.UseFilter{UnitID: unitID}, true},
		"another unit":    {access.UseFilter{UnitID: otherUnit}, false},
		"ground":          {access.UseFilter{Ground: access.Case}, true},
		"another ground":  {access.UseFilter{Ground: access.Self}, false},
		"from":            {access.UseFilter{From: at}, true},
		"later":           {access.UseFilter{From: at.Add(time.Microsecond)}, false},
		"until":           {access.UseFilter{Until: at.Add(time.Microsecond)}, true},
		"earlier":         {access.UseFilter{Until: at}, false},
	} {
		x.f.Limit = 1000
		if got := slices.ContainsFunc(list(x.f), is); got != x.want {
			t.Errorf("filter by %s: %t", name, got)
		}
	}
	w.Read(t, func(q *db.Tx) error {
		id, err := evidence.ParseNo(givenNo)
		if err != nil {
			return err
		}
		if u, err := w.door.OneUse(t.Context(), q, holderID, id); err != nil || !is(u) {
			t.Errorf("the one use: %+v, %v", u, err)
		}
		_, err = w.door.OneUse(t.Context(), q, w.firm, id)
		wantErr(t, "another's use", err, "evidence.unknown")
		return nil
	})
}

// usage counts what one unit did today with an issuer's licenses of a type.
func (w *world) usage(t *testing.T, issuerID, typeCode string, from, to time.Time) map[string]int {
	t.Helper()
	sum := map[string]int{}
	w.Read(t, func(q *db.Tx) error {
		found, err := w.door.Usage(t.Context(), q, issuerID, from, to)
		for _, u := range found {
			if u.TypeCode == typeCode && u.UnitID == unitID {
				sum[fmt.Sprint(u.Ground, " ", u.Result)] += u.N
			}
			if u.Day.Before(clock.Date(from)) || u.Day.After(to) {
				t.Errorf("counted on %s, outside of the span", u.Day)
			}
		}
		return err
	})
	return sum
}

// issuersView: counts of what was done with the issuer's licenses and nobody else's.
func (w *world) issuersView(t *testing.T, issuerID, typeCode string, before map[string]int) {
	today := w.Clock.Now()
	count := func(issuer string, from, to time.Time) map[string]int { return w.usage(t, issuer, typeCode, from, to) }
	// The grant, which is on record too, and the reading under it.
	if got := count(issuerID, today, today); got["case given"] != before["case given"]+2 || got["case refused"] != before["case refused"]+7 {
		t.Errorf("counted %v, before it was %v", got, before)
	}
	if got := count(issuerID, today.AddDate(0, 0, -9), today.AddDate(0, 0, -1)); len(got) != 0 {
		t.Errorf("counted %v before", got)
	}
	if got := count(unitID, today, today); len(got) != 0 {
		t.Errorf("another issuer's: %v", got)
	}
	w.Read(t, func(q *db.Tx) error {
		for _, span := range [][2]time.Time{{today, today.AddDate(0, 0, -1)}, {today.AddDate(0, 0, -366), today}} {
			_, err := w.door.Usage(t.Context(), q, issuerID, span[0], span[1])
			wantErr(t, "span", err, "usage.span")
		}
		return nil
	})
}

// supervisorsView: records of units beneath, narrowed and in pages; each look stands in the log with what it was shown.
func (w *world) supervisorsView(t *testing.T, c casefile.Case, givenNo, identifier string) {
	supervisor := w.Actor(t, "gl-supervisor")
	now := w.Clock.Now()
	look := access.Look{From: now.Add(-24 * time.Hour), Until: now.Add(time.Second), CaseNo: c.No, Limit: 100}
	page := w.look(t, supervisor, look)
	is := func(s access.Seen) bool { return s.RecordNo == givenNo }
	i := slices.IndexFunc(page.Seen, is)
	if len(page.Seen) != 9 || i < 0 || page.Next != "" {
		t.Fatalf("%d records, the one given at %d, next %q", len(page.Seen), i, page.Next)
	}
	if s := page.Seen[i]; s.Purpose != "" || s.AccountID != w.clerk.AccountID || s.CaseNo != c.No {
		t.Errorf("shown as %+v", s)
	}
	for s, want := range map[int]string{i: "case.use", 0: "case.clerk"} {
		if r, ok := w.door.Decisive(page.Seen[s].Use); !ok || r.ID != want {
			t.Errorf("decided by %q, want %q", r.ID, want)
		}
	}
	for name, x := range map[string]struct {
		narrow func(*access.Look)
		want   int
	}{
		"given":         {func(l *access.Look) { l.Result = access.ResultGiven }, 2},
		"refused":       {func(l *access.Look) { l.Result = access.ResultRefused }, 7},
		"clerk":         {func(l *access.Look) { l.AccountID = w.colleague.AccountID }, 7},
		"unit":          {func(l *access.Look) { l.UnitID = otherUnit }, 0},
		"ground":        {func(l *access.Look) { l.Ground = access.Self }, 0},
		"license":       {func(l *access.Look) { l.Identifier = identifier }, 9},
		"type":          {func(l *access.Look) { l.TypeCode = w.TypeCode(t, businessLicense) }, 0},
		"earlier":       {func(l *access.Look) { l.Until = now.Add(-time.Hour) }, 0},
		"a case of old": {func(l *access.Look) { l.CaseNo = "0" }, 0},
	} {
		narrowed := look
		x.narrow(&narrowed)
		if got := w.look(t, supervisor, narrowed); len(got.Seen) != x.want {
			t.Errorf("%s: %d records, want %d", name, len(got.Seen), x.want)
		}
	}
	var paged []access.Seen
	look.Limit = 2
	for look.After = ""; ; {
		p := w.look(t, supervisor, look)
		paged = append(paged, p.Seen...)
		if look.After = p.Next; look.After == "" {
			break
		}
	}
	if !slices.EqualFunc(paged, page.Seen, func(a, b access.Seen) bool { return a.RecordID == b.RecordID }) {
		t.Errorf("pages have %d records", len(paged))
	}
	id, err := evidence.ParseNo(page.No)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.App.Book.Receipt(t.Context(), holder.PlatformID, id)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		AccountID, CaseNo string
		Shown             []string
	}
	if err := json.Unmarshal(r.Body, &e); err != nil || e.AccountID != supervisor.AccountID || e.CaseNo != c.No || len(e.Shown) != 9 || e.Shown[i] != givenNo {
		t.Errorf("the look's own record: %+v, %v", e, err)
	}
	if p := w.look(t, staff(otherUnit, "supervisor"), access.Look{From: look.From, Until: look.Until, Limit: 100}); slices.ContainsFunc(p.Seen, is) {
		t.Error("another unit's supervisor sees it")
	}
	look.After = ""
	_, err = w.door.Explore(t.Context(), w.clerk, look)
	wantErr(t, "a clerk looks", err, "denied")
	look.After = "1.x"
	_, err = w.door.Explore(t.Context(), supervisor, look)
	wantErr(t, "a page that was not given", err, "look.page")
	look.From = now.AddDate(0, 0, -93)
	_, err = w.door.Explore(t.Context(), supervisor, look)
	wantErr(t, "a long span", err, "look.span")
}

func (w *world) look(t *testing.T, a *authn.Actor, l access.Look) access.LookPage {
	t.Helper()
	p, err := w.door.Explore(t.Context(), a, l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// boundedLook: behind more records than one look goes through, the next one finds what is asked for.
func (w *world) boundedLook(t *testing.T, c casefile.Case, givenNo string) {
	const many = 20_100
	at := db.Micros(w.Clock.Now().Add(time.Minute))
	prefix := db.FloorID(w.Clock.Now().Add(time.Minute))[:24]
	w.exec(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO access_record (holder_id, record_id, at, ground, result, reasons, account_id, unit_id, role, case_no, matter_code,
			license_id, version_no, type_code, fields, purpose, place)
		SELECT $2, $3 || CAST(100000000000 + i AS TEXT), CAST($4 AS BIGINT) + i, 'self', 'given', '[]', '', '', 'holder', '', '', '', 0, '', '[]', $5, ''
		FROM n`, many, w.platform, prefix, at, []byte{})
	look := access.Look{From: w.Clock.Now().Add(-time.Hour), Until: w.Clock.Now().Add(time.Hour), CaseNo: c.No, Result: access.ResultGiven, Limit: 10}
	first := w.look(t, w.Actor(t, "gl-supervisor"), look)
	if len(first.Seen) != 0 || first.Next == "" || !first.Back.After(w.Clock.Now()) {
		t.Errorf("%d records, back to %s, next %q", len(first.Seen), first.Back, first.Next)
	}
	look.After = first.Next
	second := w.look(t, w.Actor(t, "gl-supervisor"), look)
	if second.Next != "" || !slices.ContainsFunc(second.Seen, func(s access.Seen) bool { return s.RecordNo == givenNo }) {
		t.Errorf("%d records behind, next %q", len(second.Seen), second.Next)
	}
}
