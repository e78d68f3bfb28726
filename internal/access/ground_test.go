package access_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/verify"
)

// annotatedCopy: under one grant every reading gets the same file, which says what it is for, is valid for
// thirty days and is not the original.
func (w *world) annotatedCopy(t *testing.T) {
	c := w.open(t, labMatter, "baker")
	ask := w.ask(t, c, "baker", identityCard)
	read := func(actor *authn.Actor, want access.Want) (access.Reading, string) {
		t.Helper()
		r, grantID, err := w.door.Lend(t.Context(), actor, ask, want)
		if err != nil {
			t.Fatal(err)
		}
		return r, grantID
	}
	first, grant := read(w.clerk, access.File)
	second, same := read(w.clerk, access.File)
	sameFile(t, "second reading under one grant", first.Content, second.Content, true)
	picture, _ := read(w.clerk, access.Picture)
	if same != grant || !bytes.HasPrefix(bytes.TrimSpace(picture.Content), []byte("<")) {
		t.Errorf("grants %s and %s, picture of %d bytes", grant, same, len(picture.Content))
	}
	original, err := w.door.Own(t.Context(), w.Actor(t, "baker"), ask.LicenseID, access.File)
	if err != nil {
		t.Fatal(err)
	}
	sameFile(t, "copy and original", first.Content, original.Content, false)
	w.masked(t, picture, original)
	w.fieldsRecorded(t, ask.LicenseHolderID, first.RecordNo, "*")
	bound, _ := read(w.clerk, access.Prepared)
	if bound.Content != nil {
		t.Error("a prepared copy was handed out")
	}
	w.fieldsRecorded(t, ask.LicenseHolderID, bound.RecordNo, names(bound.Fields)...)

	made := w.Clock.Now()
	for _, x := range []struct {
		name    string
		now     time.Time
		verdict string
		expired bool
	}{
		{"when made", made, verify.Valid, false},
		{"on its last second", made.Add(30 * 24 * time.Hour), verify.Valid, false},
		{"a second later", made.Add(30*24*time.Hour + time.Second), verify.Invalid, true},
	} {
		r := verify.File(first.Content, w.trust(t, x.now))
		if r.Verdict != x.verdict || r.Copy == nil || r.Copy.Expired != x.expired {
			t.Errorf("%s: verdict %s, %+v, causes %v", x.name, r.Verdict, r.Copy, r.Causes)
		}
		if x.expired && (len(r.Causes) != 1 || r.Causes[0].Code != verify.CopyExpired) {
			t.Errorf("%s: causes %v, want %s alone", x.name, r.Causes, verify.CopyExpired)
		}
		if r.Copy != nil && (r.Copy.Case != c.No || r.Copy.Matter != labMatter || r.Copy.OriginalDigest != original.License.FileDigest) {
			t.Errorf("%s: the copy says it is for %+v", x.name, r.Copy)
		}
	}
	if r := verify.File(original.Content, w.trust(t, made)); r.Verdict != verify.Valid || r.Copy != nil {
		t.Errorf("the original: %s, copy %+v", r.Verdict, r.Copy)
	}
}

// masked: a picture for a case shows of a license what the matter binds and what is open, and the record says so.
func (w *world) masked(t *testing.T, picture, original access.Reading) {
	t.Helper()
	l, svg := original.License, string(picture.Content)
	given := w.recorded(t, l.HolderID, picture.RecordNo).Fields
	for _, f := range original.Fields {
		kind, known := original.Type.Field(f.Name)
		onFace := slices.ContainsFunc(original.Type.Face.Objects, func(o catalog.FaceObject) bool { return o.Field == f.Name })
		if !known || !onFace || kind.Type != "text" || kind.Multi > 1 {
			continue
		}
		bound := slices.Contains(names(picture.Fields), f.Name)
		if bound && !strings.Contains(svg, f.Value) {
			t.Errorf("the picture lacks %s, which is bound", f.Name)
		}
		if !bound && kind.Sensitive == 2 && strings.Contains(svg, f.Value) {
			t.Errorf("the picture shows %s, which is not bound", f.Name)
		}
		if kind.Sensitive == 2 && slices.Contains(given, f.Name) != bound || bound && !slices.Contains(given, f.Name) {
			t.Errorf("recorded %v, %s bound: %v", given, f.Name, bound)
		}
	}
	if !strings.Contains(svg, "****") {
		t.Errorf("nothing of type %s is masked", original.Type.Code)
	}
}

// trust is what the demonstration's files are checked against.
func (w *world) trust(t *testing.T, now time.Time) verify.Options {
	t.Helper()
	read := func(path string) *verify.Anchors {
		pem, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		a, err := verify.ParseAnchors(pem)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	return verify.Options{Anchors: read(w.App.Config.Anchors), Makers: read(w.App.Config.Makers), Now: now}
}

// own: holders read their own licenses, lost and shared ones too, and nobody else's.
func (w *world) own(t *testing.T) {
	tea := w.Actor(t, "tea-firm")
	l := w.License(t, "tea-firm", businessLicense)
	r, err := w.door.Own(t.Context(), tea, l.ID, access.Fields)
	if err != nil || !slices.Contains(names(r.Fields), "KZ_JYFW") {
		t.Errorf("own license: %v, fields %v", err, names(r.Fields))
	}
	if u := w.recorded(t, l.HolderID, r.RecordNo); u.Result != "given" || u.Ground != access.Self || !slices.Equal(u.Fields, []string{"*"}) {
		t.Errorf("recorded as %+v", u)
	}
	for name, x := range map[string]struct{ login, cast, typeKey string }{
		"reported lost":         {"loser", "loser", identityCard},
		"of the second holder":  {"mother", "father", "marriage-certificate"},
		"of the legal person's": {"food-firm", "food-firm", businessLicense},
	} {
		if r, err := w.door.Own(t.Context(), w.Actor(t, x.login), w.License(t, x.cast, x.typeKey).ID, access.File); err != nil || len(r.Content) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	staff := *w.clerk
	for name, x := range map[string]struct {
		actor    *authn.Actor
		recorded string
		id       string
	}{
		"another firm's":           {tea, tea.HolderID, w.License(t, "food-firm", businessLicense).ID},
		"the representative's":     {tea, tea.HolderID, w.License(t, "baker", identityCard).ID},
		"one that does not exist":  {tea, tea.HolderID, db.NewID()},
		"a clerk's without a case": {&staff, w.platform, l.ID},
	} {
		for _, want := range []access.Want{access.Fields, access.Picture, access.File} {
			r, err := w.door.Own(t.Context(), x.actor, x.id, want)
			empty(t, r)
			if u := w.refused(t, err, x.recorded, "access.self.holder"); u.Ground != access.Self || u.LicenseID != x.id {
				t.Errorf("%s: recorded as %+v", name, u)
			}
		}
	}
}

// issuing: the reviewer of the issuing unit reads a license while it waits for review, at no other time.
func (w *world) issuing(t *testing.T) {
	var l license.License
	w.Write(t, func(tx *db.Tx) error {
		var err error
		l, err = w.App.Licenses.Draft(t.Context(), tx, license.Draft{TypeCode: w.TypeCode(t, "food-permit"), Holders: []string{w.firm}, IssuerID: unitID,
			Fields:  map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "鼓楼区", "KZ_JYCS": "鼓楼区", "KZ_ZTYT": "单位食堂", "KZ_JYXM": "热食类"},
			MakerID: w.colleague.AccountID, IssuedOn: w.Clock.Now(), DueAt: clock.EndOfDay(w.Clock.Now())})
		return err
	})
	look := func(actor *authn.Actor, id, holderID string, want ...string) {
		t.Helper()
		r, err := w.door.Task(t.Context(), actor, id, access.File)
		if len(want) == 0 {
			if err != nil || len(r.Fields) == 0 || len(r.Content) == 0 {
				t.Fatalf("all is right, but: %v", err)
			}
			return
		}
		empty(t, r)
		if u := w.refused(t, err, holderID, want...); u.Ground != access.Issuing || u.LicenseID != id {
			t.Errorf("recorded as %+v", u)
		}
	}
	unit, task := "access.issuing.unit", "access.issuing.task"
	look(w.reviewer, l.ID, l.HolderID, task) // not sealed yet
	if _, err := w.App.Licenses.Make(t.Context(), l.HolderID, l.ID); err != nil {
		t.Fatal(err)
	}
	look(w.reviewer, l.ID, l.HolderID)
	look(w.clerk, l.ID, l.HolderID, "access.default")
	look(w.Actor(t, "tj-scjg-reviewer"), l.ID, w.platform, task, unit)
	look(w.reviewer, db.NewID(), w.platform, task, unit)
	look(w.reviewer, w.License(t, "tea-firm", "food-permit").ID, w.platform, task, unit) // published long ago
	w.Write(t, func(tx *db.Tx) error {
		_, err := w.App.Licenses.Review(t.Context(), tx, license.Review{HolderID: l.HolderID, LicenseID: l.ID,
			ReviewerID: w.reviewer.AccountID, UnitID: unitID, Publish: true})
		return err
	})
	look(w.reviewer, l.ID, w.platform, task, unit)
	w.kept(t, l)
}

// kept: once it is published, the issuer's people read it with a reason, which the record shows its holder.
func (w *world) kept(t *testing.T, l license.License) {
	t.Helper()
	r, err := w.door.Kept(t.Context(), w.clerk, l.Identifier, "核对纸质证照", access.Picture)
	if err != nil || len(r.Fields) == 0 || len(r.Content) == 0 {
		t.Fatalf("all is right, but: %v", err)
	}
	if u := w.recorded(t, l.HolderID, r.RecordNo); u.Purpose != "核对纸质证照" || u.Ground != access.Issuing || u.Role != "clerk" || !slices.Contains(u.Fields, "*") {
		t.Errorf("recorded as %+v", u)
	}
	refused := func(actor *authn.Actor, identifier, reason, holderID string, want ...string) {
		t.Helper()
		r, err := w.door.Kept(t.Context(), actor, identifier, reason, access.File)
		empty(t, r)
		w.refused(t, err, holderID, want...)
	}
	refused(w.clerk, l.Identifier, " ", l.HolderID, "access.issuing.reason")
	refused(w.Actor(t, "tj-scjg-clerk"), l.Identifier, "好奇", l.HolderID, "access.issuing.unit")
	refused(w.Actor(t, "gl-scjg-inspector"), l.Identifier, "好奇", l.HolderID, "access.default")
	refused(w.clerk, "1.2.156.3005.2.0", "核对", w.platform, "access.issuing.unit", "access.issuing.published")
}

// presentation: what a holder shows can be checked once, by one of those who ask at the same moment, and what
// is seen is what the holder chose.
func (w *world) presentation(t *testing.T) {
	desk, groom, verifier := w.App.Desk, w.Actor(t, "groom"), w.Actor(t, "hotel-verifier")
	l := w.License(t, "groom", identityCard)
	show := func() present.Presentation {
		t.Helper()
		p, err := desk.Show(t.Context(), groom, present.Showing{LicenseID: l.ID, Fields: []string{"CZZT", "KZ_XB"}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	newest := func() access.Use {
		t.Helper()
		var uses []access.Use
		w.Read(t, func(q *db.Tx) (err error) {
			uses, err = w.door.Uses(t.Context(), q, l.HolderID, access.UseFilter{Limit: 1})
			return err
		})
		return w.recorded(t, l.HolderID, uses[0].RecordNo)
	}
	gone := func(name string, code string, p present.Presentation) {
		t.Helper()
		v, err := desk.Check(t.Context(), verifier, p.Code, "")
		if e := errs.Of(err); err == nil || e.Code != code || e.Kind != errs.Gone || v.Fields != nil {
			t.Errorf("%s: %v, fields %v, want %s", name, err, v.Fields, code)
		}
		if u := newest(); u.Result != "refused" || !slices.Equal(u.Reasons, []string{"access.present.live"}) {
			t.Errorf("%s: recorded as %+v", name, u)
		}
	}
	p := show()
	v, err := desk.Check(t.Context(), verifier, p.Code, "办理入住")
	if err != nil || !slices.Equal(names(v.Fields), []string{"CZZT", "KZ_XB"}) || v.State != license.Valid {
		t.Fatalf("live: %v, fields %v, %s", err, names(v.Fields), v.State)
	}
	if u := w.recorded(t, l.HolderID, v.RecordNo); u.Result != "given" || u.UnitID != verifier.UnitID || u.Purpose != "办理入住" ||
		!slices.Equal(u.Fields, []string{"CZZT", "KZ_XB"}) || u.Role != "verifier" {
		t.Errorf("recorded as %+v", u)
	}
	gone("used", "present.used", p)
	p = show()
	if err := desk.End(t.Context(), groom, p.ID); err != nil {
		t.Fatal(err)
	}
	gone("taken back", "present.ended", p)
	p = show()
	show()
	gone("replaced by a newer one", "present.ended", p)
	for range 5 {
		w.raceForOneCheck(t, show())
	}
	if _, err := desk.Check(t.Context(), nil, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""); errs.Code(err) != "present.unknown" {
		t.Errorf("an invented code: %v", err)
	}
}

func (w *world) raceForOneCheck(t *testing.T, p present.Presentation) {
	t.Helper()
	const at = 8
	results := make([]error, at)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range at {
		wg.Go(func() {
			<-start
			_, results[i] = w.App.Desk.Check(t.Context(), nil, p.Code, "")
		})
	}
	close(start)
	wg.Wait()
	given := 0
	for _, err := range results {
		if err == nil {
			given++
		} else if errs.Code(err) != "present.used" {
			t.Errorf("a late check: %v, want present.used", err)
		}
	}
	if given != 1 {
		t.Errorf("%d of %d checks of one code gave data", given, at)
	}
}

// fieldsRecorded checks what a record says was given out: the whole face with a file, else the bound fields.
func (w *world) fieldsRecorded(t *testing.T, holderID, recordNo string, want ...string) {
	t.Helper()
	if u := w.recorded(t, holderID, recordNo); !slices.Equal(u.Fields, want) {
		t.Errorf("the record names %v, want %v", u.Fields, want)
	}
}
