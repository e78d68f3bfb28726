package access_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/share"
)

// directModel is what holders gave of their own will.
type directModel struct {
	agreed []*modelConsent
	shares []*modelShare
}

type modelConsent struct {
	id     string
	asker  *authn.Actor
	l      license.License
	fields []string
	until  time.Time
	used   bool
}

type modelShare struct {
	share.Share
	owner *authn.Actor
	l     license.License
	left  int
	ended bool
}

// lately draws one of the last few, so that most are still alive.
func lately[T any](m *crowd, all []T) T { return all[len(all)-1-m.rnd.IntN(min(4, len(all)))] }

// self: holders look at their own licenses, and at others'.
func (m *crowd) self(t *testing.T) {
	a := m.holders[m.rnd.IntN(len(m.holders))]
	l := m.licenses[m.rnd.IntN(len(m.licenses))]
	if m.rnd.IntN(2) == 0 {
		l = m.licenses[slices.Index(m.holders, a)]
	}
	r, err := m.door.Own(t.Context(), a, l.ID, access.Fields)
	m.judge(t, "self", slices.Contains(l.Holders, a.HolderID), nil, r, err)
}

// turn: a holder reports a card lost, or found.
func (m *crowd) turn(t *testing.T) {
	l := m.licenses[m.rnd.IntN(len(m.holders))]
	if !m.lost[l.ID] && m.rnd.IntN(3) > 0 { // mostly they are in force
		return
	}
	m.Write(t, func(tx *db.Tx) error {
		now, err := m.App.Licenses.Get(t.Context(), tx, l.HolderID, l.ID)
		if err != nil {
			return err
		}
		if m.lost[l.ID] {
			return m.App.Licenses.Recover(t.Context(), tx, now, "holder")
		}
		return m.App.Licenses.Lose(t.Context(), tx, now, "holder")
	})
	m.lost[l.ID] = !m.lost[l.ID]
}

// show: a code is shown, and checked in time, late, twice, or after it was taken back.
func (m *crowd) show(t *testing.T) {
	if len(m.shown) == 0 || m.rnd.IntN(3) == 0 {
		i := m.rnd.IntN(len(m.holders))
		fields := [][]string{{"CZZT"}, {"CZZT", "KZ_XB"}}[m.rnd.IntN(2)]
		p, err := m.App.Desk.Show(t.Context(), m.holders[i], present.Showing{LicenseID: m.licenses[i].ID, Fields: fields})
		if (err == nil) != m.usable(m.licenses[i]) {
			t.Fatalf("a card in force %v was shown: %v", m.usable(m.licenses[i]), err)
		}
		if err != nil {
			return
		}
		for _, s := range m.shown { // the latest code of a license is the only one
			s.over = s.over || s.l.ID == m.licenses[i].ID
		}
		m.shown = append(m.shown, &modelShown{code: p.Code, fields: fields, id: p.ID, l: m.licenses[i], until: p.ExpiresAt, offered: m.holders[i]})
		return
	}
	s := lately(m, m.shown)
	if m.rnd.IntN(6) == 0 && !s.over {
		if err := m.App.Desk.End(t.Context(), s.offered, s.id); err == nil {
			s.over = true
		}
		return
	}
	want := !s.over && m.Clock.Now().Before(s.until)
	v, err := m.App.Desk.Check(t.Context(), nil, s.code, "")
	m.seen(t, "show", want, s.l, s.fields, v, err)
	s.over = s.over || want
}

// seen holds a verdict that somebody was shown against the model: of a license that ended meanwhile the state alone.
func (m *crowd) seen(t *testing.T, what string, want bool, l license.License, fields []string, v present.Verdict, err error) {
	t.Helper()
	m.asked++
	if (err == nil) != want {
		t.Fatalf("%s: given %v, the model says %v: %v", what, err == nil, want, err)
	}
	m.came[what+map[bool]string{true: " given", false: " refused"}[want]]++
	if data := len(v.Fields) > 0; data != (want && m.usable(l)) || want && v.RecordNo == "" {
		t.Fatalf("%s: %d fields under record %q of a license in force %v", what, len(v.Fields), v.RecordNo, m.usable(l))
	}
	for _, name := range names(v.Fields) {
		if !slices.Contains(fields, name) {
			t.Fatalf("%s gave field %s, to which nobody agreed", what, name)
		}
	}
}

// consent: one holder asks another, who agrees; it is read in time, late, twice, or by somebody else.
func (m *crowd) consent(t *testing.T) {
	if len(m.direct.agreed) == 0 || m.rnd.IntN(3) == 0 {
		m.agree(t)
		return
	}
	x := lately(m, m.direct.agreed)
	if m.rnd.IntN(5) == 0 {
		a := m.holders[(slices.Index(m.holders, x.asker)+1)%len(m.holders)]
		if got, err := m.App.Desk.Receive(t.Context(), a, x.id); errs.Code(err) != "present.request-unknown" || len(got) > 0 {
			t.Fatalf("somebody else read a consent: %v", err)
		}
		return
	}
	want := !x.used && m.Clock.Now().Before(x.until)
	got, err := m.App.Desk.Receive(t.Context(), x.asker, x.id)
	v := present.Verdict{}
	if len(got) > 0 {
		v = got[0]
	}
	m.seen(t, "consent", want, x.l, x.fields, v, err)
	x.used = true
}

func (m *crowd) agree(t *testing.T) {
	i := m.rnd.IntN(len(m.holders))
	asker, giver, l := m.holders[(i+1)%len(m.holders)], m.holders[i], m.licenses[i]
	fields := [][]string{{"CZZT"}, {"CZZT", "KZ_XB"}}[m.rnd.IntN(2)]
	r, err := m.App.Desk.Ask(t.Context(), asker, present.Wish{Items: []present.Item{{Type: l.TypeCode, Fields: []string{"CZZT", "KZ_XB"}}}, Purpose: "核对"})
	if err != nil {
		t.Fatal(err)
	}
	wider := m.rnd.IntN(8) == 0
	choice := present.Choice{LicenseID: l.ID, Fields: fields}
	if wider { // what was not asked for
		choice.Fields = append(slices.Clone(fields), "KZ_CSRQ")
	}
	_, err = m.App.Desk.Consent(t.Context(), giver, r.Code, []present.Choice{choice})
	if (err == nil) != (m.usable(l) && !wider) {
		t.Fatalf("consent to a license in force %v, wider than asked %v: %v", m.usable(l), wider, err)
	}
	if err == nil {
		m.direct.agreed = append(m.direct.agreed, &modelConsent{id: r.ID, asker: asker, l: l, fields: fields, until: m.Clock.Now().Add(present.ConsentLife)})
	}
}

// forge brings the door facts of a code or a consent that no desk would find: the door believes no desk either.
func (m *crowd) forge(t *testing.T) {
	i := m.rnd.IntN(len(m.holders))
	now, l := m.Clock.Now(), m.licenses[i]
	wrong := map[int]bool{}
	for range m.rnd.IntN(3) {
		wrong[m.rnd.IntN(8)] = true
	}
	none := func(context.Context, *db.Tx, string) error { return nil }
	if m.rnd.IntN(4) == 0 {
		s := access.Shown{License: l, Fields: []string{"CZZT"}, Live: !wrong[0], InScenario: wrong[1] || wrong[2], Enrolled: wrong[2] != wrong[3]}
		r, err := m.door.Presented(t.Context(), nil, access.Fields, func(context.Context, *db.Tx) (access.Shown, error) { return s, nil }, none)
		m.judge(t, "forged code", s.Live && s.InScenario == s.Enrolled, s.Fields, r, err)
		return
	}
	asker := m.holders[(i+1)%len(m.holders)]
	a := access.Agreed{License: l, Giver: m.holders[i].HolderID, Consented: []string{"CZZT", "KZ_XB"}, Fields: []string{"CZZT"},
		Grantee: []access.Grantee{{Account: asker.AccountID}, {Holder: asker.HolderID}}[m.rnd.IntN(2)], Left: 1, Purpose: "核对", AgreedPurpose: "核对",
		Live: !wrong[0], InScenario: wrong[1], From: now, Until: now.Add(time.Minute)}
	for what, change := range []func(){2: func() { asker = m.holders[(i+2)%len(m.holders)] }, 3: func() { a.Giver = asker.HolderID }, 4: func() { a.Fields = append(a.Fields, "KZ_CSRQ") },
		5: func() { a.From, a.Until = now.Add(-time.Minute), now }, 6: func() { a.Left = 0 }, 7: func() { a.Purpose = "营销" }} {
		if wrong[what] && change != nil {
			change()
		}
	}
	r, err := m.door.Consented(t.Context(), asker, func(context.Context, *db.Tx) (access.Agreed, error) { return a, nil }, none)
	m.judge(t, "forged consent", len(wrong) == 0 && l.State(now).Usable(), a.Fields, r, err)
}

// download: a holder has a copy made for somebody; it is downloaded with the right code and a wrong one, too often, too late,
// after its end, and while the license is lost.
func (m *crowd) download(t *testing.T) {
	if len(m.direct.shares) == 0 || m.rnd.IntN(12) == 0 {
		m.share(t)
		return
	}
	s := lately(m, m.direct.shares)
	if m.rnd.IntN(20) == 0 {
		if _, err := m.App.Shares.End(t.Context(), s.owner, s.ID); err != nil {
			t.Fatal(err)
		}
		s.ended = true
		return
	}
	code, right := s.Code, true
	if m.rnd.IntN(8) == 0 {
		code, right = "00000000", false
	}
	alive := !s.ended && !m.Clock.Now().After(s.ExpiresAt) && s.left > 0 && s.TriesLeft > 0
	f, err := m.App.Shares.Download(t.Context(), nil, s.Token, code, []string{share.OFD, share.PDF}[m.rnd.IntN(2)])
	want := alive && right && m.usable(s.l)
	if (err == nil) != want || len(f.Content) > 0 != want || want && f.RecordNo == "" {
		t.Fatalf("a download of %d bytes, the model says %v: %v", len(f.Content), want, err)
	}
	switch {
	case !alive: // it does not come to the rules
		m.came["share refused"]++
	case !right:
		s.TriesLeft--
	case want:
		m.asked++
		s.left--
		m.came["share given"]++
	default:
		m.asked++
		if _, refused := errors.AsType[*access.Refusal](err); !refused {
			t.Fatalf("a license that is lost: %v", err)
		}
	}
}

func (m *crowd) share(t *testing.T) {
	i := m.rnd.IntN(len(m.holders))
	left := 2 + m.rnd.IntN(4)
	s, err := m.App.Shares.Make(t.Context(), m.holders[i], m.licenses[i].ID, share.Terms{Receiver: "受托人", Purpose: "核对", Days: 1 + m.rnd.IntN(2), Downloads: left})
	m.asked++ // the making is a use of the holder's
	if (err == nil) != m.usable(m.licenses[i]) {
		t.Fatalf("a copy of a license in force %v: %v", m.usable(m.licenses[i]), err)
	}
	if err == nil {
		m.direct.shares = append(m.direct.shares, &modelShare{Share: s, owner: m.holders[i], l: m.licenses[i], left: left})
	}
}
