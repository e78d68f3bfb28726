package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/verify"
)

// time: a grant and its tokens live 24 hours, a shown code a minute; not an instant longer.
func (w *world) time(t *testing.T) {
	c, early := w.token(t, labMatter, "chemist")
	ask := w.ask(t, c, "chemist", identityCard)
	late, err := w.door.Grant(t.Context(), w.clerk, ask)
	if err != nil || late.GrantID != early.GrantID || !late.ExpiresAt.Equal(w.Clock.Now().Add(24*time.Hour)) {
		t.Fatalf("second token: %v, grant %s of %s, until %s", err, late.GrantID, early.GrantID, late.ExpiresAt)
	}
	w.Clock.Move(24*time.Hour - time.Microsecond)
	if r, err := w.door.Redeem(t.Context(), w.clerk, early.Secret, access.Fields); err != nil || len(r.Fields) == 0 {
		t.Errorf("in the last microsecond: %v", err)
	}
	w.Clock.Move(time.Microsecond)
	r, err := w.door.Redeem(t.Context(), w.clerk, late.Secret, access.File)
	empty(t, r)
	w.refused(t, err, ask.LicenseHolderID, "access.case.time")
	_, err = w.door.Redeem(t.Context(), w.colleague, late.Secret, access.File)
	w.refused(t, err, ask.LicenseHolderID, "access.case.clerk", "access.case.time")
	w.alter(t, c.No, func(c *casefile.Case) { c.State = casefile.StateClosed })
	_, err = w.door.Redeem(t.Context(), w.clerk, late.Secret, access.File)
	w.refused(t, err, ask.LicenseHolderID, "access.case.open", "access.case.time")
	w.alter(t, c.No, func(c *casefile.Case) { c.State = casefile.StateOpen })
	if again, err := w.door.Grant(t.Context(), w.clerk, ask); err != nil || again.GrantID == early.GrantID {
		t.Errorf("a day later there is no new grant: %v", err)
	}
	w.shownFor(t, time.Minute)
}

func (w *world) shownFor(t *testing.T, life time.Duration) {
	t.Helper()
	bride := w.Actor(t, "bride")
	l := w.License(t, "bride", identityCard)
	for _, x := range []struct {
		wait time.Duration
		code string
	}{{life - time.Microsecond, ""}, {life, "present.expired"}} {
		p, err := w.App.Desk.Show(t.Context(), bride, present.Showing{LicenseID: l.ID})
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Move(x.wait)
		v, err := w.App.Desk.Check(t.Context(), nil, p.Code, "")
		if x.code == "" {
			if err != nil || len(v.Fields) == 0 {
				t.Errorf("after %s: %v", x.wait, err)
			}
			continue
		}
		if errs.Code(err) != x.code || v.Fields != nil {
			t.Errorf("after %s: %v, want %s", x.wait, err, x.code)
		}
		var uses []access.Use
		w.Read(t, func(q *db.Tx) (err error) {
			uses, err = w.door.Uses(t.Context(), q, l.HolderID, access.UseFilter{Limit: 1})
			return err
		})
		if u := w.recorded(t, l.HolderID, uses[0].RecordNo); u.Result != "refused" {
			t.Errorf("after %s: recorded as %+v", x.wait, u)
		}
	}
}

// breakage is a way in which a record can fail to become durable.
type breakage struct {
	name       string
	make, mend map[string][]string // statements by dialect; "" is both
}

var breakages = []breakage{
	{"the record cannot be written",
		map[string][]string{"": {`ALTER TABLE access_record RENAME TO access_record_away`}},
		map[string][]string{"": {`ALTER TABLE access_record_away RENAME TO access_record`}}},
	{"the leaf cannot be written",
		map[string][]string{"": {`ALTER TABLE log_leaf RENAME TO log_leaf_away`}},
		map[string][]string{"": {`ALTER TABLE log_leaf_away RENAME TO log_leaf`}}},
	// All statements succeed; only the commit does not.
	{"the commit fails",
		map[string][]string{
			"sqlite": {
				`CREATE TABLE bait (id INTEGER PRIMARY KEY)`,
				`CREATE TABLE trap (id INTEGER REFERENCES bait (id) DEFERRABLE INITIALLY DEFERRED)`,
				`CREATE TRIGGER trap_record AFTER INSERT ON access_record BEGIN INSERT INTO trap (id) VALUES (1); END`,
			},
			"postgres": {
				`CREATE FUNCTION trap() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$ LANGUAGE plpgsql`,
				`CREATE CONSTRAINT TRIGGER trap_record AFTER INSERT ON access_record DEFERRABLE INITIALLY DEFERRED
					FOR EACH ROW EXECUTE FUNCTION trap()`,
			},
		},
		map[string][]string{
			"sqlite":   {`DROP TRIGGER trap_record`, `DROP TABLE trap`, `DROP TABLE bait`},
			"postgres": {`DROP TRIGGER trap_record ON access_record`, `DROP FUNCTION trap()`},
		}},
}

func (w *world) run(t *testing.T, statements map[string][]string) {
	t.Helper()
	for _, s := range append(statements[""], statements[w.App.DB.Dialect()]...) {
		w.exec(t, s)
	}
}

// noRecordNoData: where the record of a use cannot become durable, nothing is given out on any ground, and
// nothing is used up: once the fault is mended the same token and the same code work.
func (w *world) noRecordNoData(t *testing.T) {
	_, token := w.token(t, labMatter, "carrier")
	bride := w.Actor(t, "bride")
	shown, err := w.App.Desk.Show(t.Context(), bride, present.Showing{LicenseID: w.License(t, "bride", identityCard).ID})
	if err != nil {
		t.Fatal(err)
	}
	own := w.License(t, "bride", socialSecurity).ID
	readings := map[string]func(ctx context.Context) (int, error){
		"case": func(ctx context.Context) (int, error) {
			r, err := w.door.Redeem(ctx, w.clerk, token.Secret, access.Fields)
			return len(r.Fields) + len(r.Content), err
		},
		"self": func(ctx context.Context) (int, error) {
			r, err := w.door.Own(ctx, bride, own, access.File)
			return len(r.Fields) + len(r.Content), err
		},
		"presentation": func(ctx context.Context) (int, error) {
			v, err := w.App.Desk.Check(ctx, nil, shown.Code, "")
			return len(v.Fields), err
		},
	}
	nothing := func(t *testing.T, ctx context.Context) {
		t.Helper()
		for ground, read := range readings {
			n, err := read(ctx)
			if _, isRefusal := errors.AsType[*access.Refusal](err); err == nil || isRefusal || n != 0 {
				t.Errorf("%s: %d fields and bytes, %v; want none and a failure", ground, n, err)
			}
		}
	}
	before := w.count(t, "access_record")
	for _, b := range breakages {
		t.Run(b.name, func(t *testing.T) {
			w.run(t, b.make)
			nothing(t, t.Context())
			w.run(t, b.mend)
		})
	}
	t.Run("whoever asked has left", func(t *testing.T) {
		left, leave := context.WithCancel(t.Context())
		leave()
		nothing(t, left)
	})
	if after := w.count(t, "access_record"); after != before {
		t.Errorf("%d records were left by readings that failed", after-before)
	}
	for ground, read := range readings {
		if n, err := read(t.Context()); err != nil || n == 0 {
			t.Errorf("%s, all being well again: %d fields and bytes, %v", ground, n, err)
		}
	}
}

// inTheLog brings all records into the log and checks each of a holder's with what outsiders have: the public
// keys, the receipt and the proof.
func (w *world) inTheLog(t *testing.T) {
	for {
		n, err := w.App.Book.Sequence(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	refusals := 0
	for _, holderID := range []string{w.HolderID(t, "student"), w.HolderID(t, "chemist"), w.HolderID(t, "bride"), w.platform} {
		var uses []access.Use
		w.Read(t, func(q *db.Tx) (err error) {
			uses, err = w.door.Uses(t.Context(), q, holderID, access.UseFilter{Limit: 1000})
			return err
		})
		for _, u := range uses {
			if u.Result == "refused" {
				refusals++
			}
			receipt, err := w.App.Book.Receipt(t.Context(), holderID, u.RecordID)
			if err != nil {
				t.Fatal(err)
			}
			proof, err := w.App.Book.Proof(t.Context(), u.RecordID)
			if err != nil {
				t.Fatal(err)
			}
			r := verify.Log(w.App.Book.Pub(), encode(t, receipt), encode(t, proof))
			if r.Verdict != verify.LogValid || r.No != u.RecordNo {
				t.Errorf("record %s: %s %v", u.RecordNo, r.Verdict, r.Causes)
			}
			if !strings.Contains(string(receipt.Body), `"result":"`+u.Result+`"`) {
				t.Errorf("record %s: the log does not say %s", u.RecordNo, u.Result)
			}
		}
	}
	if refusals < 20 {
		t.Errorf("only %d refusals were looked at", refusals)
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
