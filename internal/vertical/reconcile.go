package vertical

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Entry names one message in a day's list.
type Entry struct {
	Key         string `json:"key"`
	Seq         int64  `json:"seq"`
	Fingerprint string `json:"fingerprint"`
}

// Hash is what both sides compare: SM3 of the day's entries in order of key and number, a line each.
func Hash(entries []Entry) string {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, byKey)
	var text strings.Builder
	for _, e := range sorted {
		text.WriteString(e.Key + "|" + strconv.FormatInt(e.Seq, 10) + "|" + e.Fingerprint + "\n")
	}
	sum := gm.SM3([]byte(text.String()))
	return hex.EncodeToString(sum[:])
}

func byKey(a, b Entry) int { return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Seq, b.Seq)) }

// Manifest is what a system says of one day: how many messages, their hash and, when it is asked for, their list.
type Manifest struct {
	Day   string
	Count int64
	Hash  string
	List  []Entry
}

// Kind is how a message or a license differs.
type Kind string

// The kinds of differences.
const (
	Missing   Kind = "missing"   // the system sent it, it is not here
	Waiting   Kind = "waiting"   // it came and is not carried out
	Extra     Kind = "extra"     // it is here, the system does not know it
	Different Kind = "different" // its content is not what the system has now
	Drifted   Kind = "drifted"   // the license stands otherwise here than its messages say
)

// Difference is one finding of a reconciliation.
type Difference struct {
	Key  string `json:"key"`
	Seq  int64  `json:"seq"`
	Kind Kind   `json:"kind"`
}

// Reconciliation is how a day compares.
type Reconciliation struct {
	Day        string
	Theirs     int64
	Ours       int64
	Agrees     bool
	Listed     bool // the list was compared; without it only the hash was
	ListWanted bool // say it again with the list
	Found      []Difference
	CheckedAt  time.Time
}

// foundMost bounds the differences that are kept of a day.
const foundMost = 1000

// Reconcile compares a day with what came of it (对账). Where the hashes differ and no list is given, the answer is not
// Listed, and the system is to say it again with its list: then the differences are named, and what is missing is asked
// for. The licenses of the day are looked at in any case: they must stand as the messages say.
func (d *Desk) Reconcile(ctx context.Context, x org.System, m Manifest) (Reconciliation, error) {
	if on, err := time.Parse(time.DateOnly, m.Day); err != nil || on.After(d.o.Clock.Now().Add(24*time.Hour)) {
		return Reconciliation{}, errs.New(errs.Invalid, "feed.day").On("day")
	}
	if m.List != nil && (int64(len(m.List)) != m.Count || Hash(m.List) != m.Hash) {
		return Reconciliation{}, errs.New(errs.Invalid, "vertical.list").On("items")
	}
	var r Reconciliation
	// Compared on a snapshot: a day of a stock may be long, and nobody else could write meanwhile.
	err := d.o.DB.Read(ctx, func(tx *db.Tx) error {
		r = Reconciliation{Day: m.Day, Theirs: m.Count, Listed: m.List != nil, Found: []Difference{}, CheckedAt: d.o.Clock.Now()}
		ours, waiting, err := d.ofDay(ctx, tx, x.ID, m.Day)
		if err != nil {
			return err
		}
		r.Ours = int64(len(ours))
		if same := r.Ours == m.Count && Hash(ours) == m.Hash; !same && r.Listed {
			r.Found = compare(m.List, ours, waiting)
		} else {
			r.Agrees, r.ListWanted = same, !same
		}
		drifted, err := d.drifted(ctx, tx, x.ID, m.Day)
		if err != nil {
			return err
		}
		r.Found = append(r.Found, drifted...)
		r.Agrees = r.Agrees && len(drifted) == 0
		return nil
	})
	if err != nil {
		return Reconciliation{}, err
	}
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.wishMissing(ctx, tx, x.ID, r.Found); err != nil {
			return err
		}
		return d.note(ctx, tx, x.ID, r)
	})
	return r, err
}

// ofDay lists the messages of a day that were carried out, and those that wait.
func (d *Desk) ofDay(ctx context.Context, q *db.Tx, systemID, day string) (applied []Entry, waiting map[Entry]bool, err error) {
	rows, err := q.Query(ctx, `
		SELECT license_key, seq, fingerprint, state FROM vertical_message
		WHERE system_id = $1 AND day = $2`, systemID, day)
	if err != nil {
		return nil, nil, fmt.Errorf("list messages of a day: %w", err)
	}
	defer func() { _ = rows.Close() }()
	waiting = map[Entry]bool{}
	for rows.Next() {
		var e Entry
		var state State
		if err := rows.Scan(&e.Key, &e.Seq, &e.Fingerprint, &state); err != nil {
			return nil, nil, fmt.Errorf("list messages of a day: %w", err)
		}
		if state == Applied {
			applied = append(applied, e)
		} else {
			waiting[Entry{Key: e.Key, Seq: e.Seq}] = true
		}
	}
	return applied, waiting, rows.Err()
}

// compare names the differences between the system's list and what is here.
func compare(theirs, ours []Entry, waiting map[Entry]bool) []Difference {
	here := map[Entry]string{}
	for _, e := range ours {
		here[Entry{Key: e.Key, Seq: e.Seq}] = e.Fingerprint
	}
	found := []Difference{}
	add := func(e Entry, k Kind) {
		if len(found) < foundMost {
			found = append(found, Difference{Key: e.Key, Seq: e.Seq, Kind: k})
		}
	}
	sorted := slices.Clone(theirs)
	slices.SortFunc(sorted, byKey)
	for _, e := range sorted {
		at := Entry{Key: e.Key, Seq: e.Seq}
		print, known := here[at]
		delete(here, at)
		switch {
		case waiting[at]:
			add(e, Waiting)
		case !known:
			add(e, Missing)
		case print != e.Fingerprint:
			add(e, Different)
		}
	}
	var extra []Entry
	for e := range here {
		extra = append(extra, e)
	}
	slices.SortFunc(extra, byKey)
	for _, e := range extra {
		add(e, Extra)
	}
	return found
}

// drifted finds the licenses that messages of a day speak of and that stand otherwise than the messages say. A loss that
// the holder reported here is no drift, nor is a license whose making is not done.
func (d *Desk) drifted(ctx context.Context, q *db.Tx, systemID, day string) ([]Difference, error) {
	rows, err := q.Query(ctx, `
		SELECT license_key, applied, stands, holder_id, license_id
		FROM vertical_license
		WHERE system_id = $1 AND applied > 0 AND license_key IN
			(SELECT license_key FROM vertical_message WHERE system_id = $1 AND day = $2)
		ORDER BY license_key`, systemID, day)
	if err != nil {
		return nil, fmt.Errorf("look at licenses of a day: %w", err)
	}
	type spoken struct {
		x                   Difference
		stands              license.State
		holderID, licenseID string
	}
	var all []spoken
	for rows.Next() {
		s := spoken{x: Difference{Kind: Drifted}}
		if err := rows.Scan(&s.x.Key, &s.x.Seq, &s.stands, &s.holderID, &s.licenseID); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("look at licenses of a day: %w", err)
		}
		all = append(all, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("look at licenses of a day: %w", err)
	}
	var found []Difference
	for _, s := range all {
		differs, err := d.standsOtherwise(ctx, q, s.holderID, s.licenseID, s.stands)
		if err != nil {
			return nil, err
		}
		if differs && len(found) < foundMost {
			found = append(found, s.x)
		}
	}
	return found, nil
}

// standsOtherwise holds a license against how it stands by its messages. A version that the review refused differs for as
// long as the system does not end the license or change it once more.
func (d *Desk) standsOtherwise(ctx context.Context, q *db.Tx, holderID, licenseID string, stands license.State) (bool, error) {
	newest, err := d.o.Licenses.Get(ctx, q, holderID, licenseID)
	if errs.Code(err) == "license.unknown" {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if newest.Step == license.StepRefused && !license.Ends(stands) {
		return true, nil
	}
	l, err := d.inForce(ctx, q, holderID, licenseID)
	if err != nil || l.ID == "" {
		return false, err
	}
	return standing(l.Ended, l.Holds) != string(stands), nil
}

func standing(ended string, holds license.Holds) string {
	switch {
	case ended != "":
		return ended
	case holds.Has(license.Suspended):
		return string(license.Suspended)
	default:
		return string(license.Valid)
	}
}

// wishMissing asks the system for what did not come, once for each license.
func (d *Desk) wishMissing(ctx context.Context, tx *db.Tx, systemID string, found []Difference) error {
	asked := map[string]bool{}
	for _, x := range found {
		if x.Kind != Missing || asked[x.Key] {
			continue
		}
		asked[x.Key] = true
		var open int
		err := tx.QueryRow(ctx, `
			SELECT count(*) FROM vertical_wish
			WHERE system_id = $1 AND license_key = $2 AND done_at = 0`, systemID, x.Key).Scan(&open)
		if err != nil {
			return fmt.Errorf("find what is wanted: %w", err)
		}
		if open > 0 {
			continue
		}
		if _, err := d.wish(ctx, tx, Wish{SystemID: systemID, Key: x.Key, From: x.Seq}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) note(ctx context.Context, tx *db.Tx, systemID string, r Reconciliation) error {
	found, err := json.Marshal(r.Found)
	if err != nil {
		return fmt.Errorf("encode differences: %w", err)
	}
	listed := 0
	if r.Listed || r.Agrees {
		listed = 1
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO vertical_day (system_id, day, theirs, ours, listed, found, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (system_id, day) DO UPDATE
		SET theirs = excluded.theirs, ours = excluded.ours, listed = excluded.listed, found = excluded.found, checked_at = excluded.checked_at`,
		systemID, r.Day, r.Theirs, r.Ours, listed, string(found), db.Micros(r.CheckedAt))
	if err != nil {
		return fmt.Errorf("note reconciliation: %w", err)
	}
	return nil
}

// daysShown bounds the days of a report.
const daysShown = 60

// Days are the last reconciliations of a system, the newest day first.
func (d *Desk) Days(ctx context.Context, q *db.Tx, systemID string) ([]Reconciliation, error) {
	rows, err := q.Query(ctx, `
		SELECT day, theirs, ours, listed, found, checked_at FROM vertical_day
		WHERE system_id = $1
		ORDER BY day DESC
		LIMIT $2`, systemID, daysShown)
	if err != nil {
		return nil, fmt.Errorf("list reconciliations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []Reconciliation{}
	for rows.Next() {
		var r Reconciliation
		var listed int
		var found string
		var at int64
		if err := rows.Scan(&r.Day, &r.Theirs, &r.Ours, &listed, &found, &at); err != nil {
			return nil, fmt.Errorf("list reconciliations: %w", err)
		}
		if err := json.Unmarshal([]byte(found), &r.Found); err != nil {
			return nil, fmt.Errorf("decode differences: %w", err)
		}
		r.Listed, r.CheckedAt = listed == 1, db.Time(at)
		r.Agrees = r.Listed && len(r.Found) == 0
		all = append(all, r)
	}
	return all, errors.Join(rows.Err())
}
