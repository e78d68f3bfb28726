package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Person is a party of a case, as a system names it.
type Person struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Progress is how a case stands in its system: what the door asks of it. Empty parts say nothing new.
type Progress struct {
	Stage   matter.Stage            `json:"stage,omitempty"`
	Clerk   string                  `json:"clerk,omitempty"`   // user name, in that system, of whoever handles it
	Parties map[matter.Party]Person `json:"parties,omitempty"` // besides the applicant
}

// over lays what is known of a case over what is said of it now: what is said counts, what is not said stays.
func (s Progress) over(before Progress) Progress {
	if s.Stage == "" {
		s.Stage = before.Stage
	}
	if s.Clerk == "" {
		s.Clerk = before.Clerk
	}
	if s.Parties == nil {
		s.Parties = before.Parties
	}
	return s
}

// Case is a case of another system as it told of it.
type Case struct {
	HolderID string // in whose shard it lives
	SystemID string
	No       string
	Matter   string
	Unit     string
	Stage    matter.Stage
	ClerkID  string
	Opened   bool // its opening has come
	Closed   bool
	Parties  map[matter.Party]Person

	sealed []byte // what is kept of Parties
}

// Told reports whether the case has been told of: by its opening, or by its end.
func (c Case) Told() bool { return c.Opened || c.Closed }

// ClerkID names a clerk of a department's system: the same name in the same system, the same id. Nobody reads the name
// from it.
func (d *Desk) ClerkID(systemID, name string) string {
	if name == "" {
		return ""
	}
	var id uuid.UUID
	copy(id[:], d.o.Holders.Digest("clerk", systemID+"\x00"+name))
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of the maker's own kind
	return id.String()
}

// NameClerk keeps who is meant by a clerk's id, so that a supervisor can be told.
func (d *Desk) NameClerk(ctx context.Context, tx *db.Tx, systemID, name string) (string, error) {
	id := d.ClerkID(systemID, name)
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM system_clerk WHERE clerk_id = $1`, id).Scan(&n); err != nil {
		return "", fmt.Errorf("find clerk: %w", err)
	}
	if n > 0 || id == "" {
		return id, nil
	}
	sealed, err := d.o.Holders.Seal(ctx, tx, holder.PlatformID, []byte(name))
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO system_clerk (clerk_id, system_id, name)
		VALUES ($1, $2, $3)
		ON CONFLICT (clerk_id) DO NOTHING`, id, systemID, sealed)
	if err != nil {
		return "", fmt.Errorf("name clerk: %w", err)
	}
	return id, nil
}

// Case finds a case that a system told of.
func (d *Desk) Case(ctx context.Context, q *db.Tx, systemID, caseNo string) (Case, error) {
	return d.CaseAgain(ctx, q, Case{SystemID: systemID, No: caseNo})
}

// CaseAgain gives a case as it is now to who has read it before. Its parties, which are kept under a key, are opened again only if
// something else is kept of them.
func (d *Desk) CaseAgain(ctx context.Context, q *db.Tx, before Case) (Case, error) {
	c := Case{SystemID: before.SystemID, No: before.No}
	var opened, closed int64
	err := q.QueryRow(ctx, `
		SELECT c.holder_id, c.matter_code, c.unit_id, c.stage, c.clerk_id, c.opened_at, c.closed_at, c.detail
		FROM fed_case_index i
		JOIN fed_case c ON c.holder_id = i.holder_id AND c.system_id = $1 AND c.case_no = $2
		WHERE i.case_key = $3`, c.SystemID, c.No, c.SystemID+"/"+c.No).
		Scan(&c.HolderID, &c.Matter, &c.Unit, &c.Stage, &c.ClerkID, &opened, &closed, &c.sealed)
	if errors.Is(err, db.ErrNoRows) {
		return Case{}, errs.New(errs.NotFound, "case.unknown")
	}
	if err != nil {
		return Case{}, fmt.Errorf("find case: %w", err)
	}
	c.Opened, c.Closed = opened > 0, closed > 0
	if before.HolderID == c.HolderID && c.Same(before) {
		c.Parties = before.Parties
		return c, nil
	}
	m, err := d.openDetail(ctx, q, c.HolderID, c.sealed)
	c.Parties = m.everybody()
	return c, err
}

// Same reports whether nothing was told of a case since it was read before: each telling is sealed anew.
func (c Case) Same(before Case) bool {
	return len(c.sealed) > 0 && bytes.Equal(c.sealed, before.sealed)
}

func (d *Desk) openDetail(ctx context.Context, q *db.Tx, holderID string, sealed []byte) (m Message, err error) {
	plain, err := d.o.Holders.Open(ctx, q, holderID, sealed)
	if err != nil {
		return Message{}, err
	}
	if err := json.Unmarshal(plain, &m); err != nil {
		return Message{}, fmt.Errorf("decode case: %w", err)
	}
	return m, nil
}

// everybody are the parties of a case, the applicant among them.
func (m Message) everybody() map[matter.Party]Person {
	all := map[matter.Party]Person{}
	maps.Copy(all, m.Parties)
	if m.HolderCode != "" {
		all[matter.Applicant] = Person{Code: m.HolderCode, Name: m.HolderName}
	}
	return all
}

// merge lays a message over what is known of its case. Messages may come in any order: of the progress, what was true
// last counts; that a case has closed is never undone. It tells whether the opening has come.
func (d *Desk) merge(ctx context.Context, tx *db.Tx, x org.System, m Message, holderID string) (bool, error) {
	before, told, found, err := d.known(ctx, tx, holderID, x.ID, m.CaseNo)
	if err != nil {
		return false, err
	}
	late := found && m.At.Before(told)
	if late {
		m.Progress, told = before.Progress.over(m.Progress), told.UTC()
	} else {
		m.Progress, told = m.Progress.over(before.Progress), m.At
	}
	if m.HolderCode == "" || late && before.HolderCode != "" {
		m.HolderCode, m.HolderName = before.HolderCode, before.HolderName
	}
	if m.Stage == "" {
		m.Stage = matter.Accept
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return false, fmt.Errorf("encode case: %w", err)
	}
	detail, err := d.o.Holders.Seal(ctx, tx, holderID, plain)
	if err != nil {
		return false, err
	}
	clerk, err := d.NameClerk(ctx, tx, x.ID, m.Clerk)
	if err != nil {
		return false, err
	}
	var opened, closed int64
	outcome := ""
	switch m.Event {
	case Opened:
		opened = db.Micros(m.At)
	case Closed:
		closed, outcome = db.Micros(m.At), m.Outcome
	case Moved:
	}
	var began int64
	err = tx.QueryRow(ctx, `
		INSERT INTO fed_case (holder_id, system_id, case_no, matter_code, unit_id, outcome, detail, opened_at, closed_at,
			stage, clerk_id, told_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (holder_id, system_id, case_no) DO UPDATE
		SET outcome = CASE WHEN excluded.closed_at > 0 THEN excluded.outcome ELSE fed_case.outcome END,
		    detail = excluded.detail,
		    stage = excluded.stage,
		    clerk_id = excluded.clerk_id,
		    told_at = excluded.told_at,
		    opened_at = CASE WHEN excluded.opened_at > 0 THEN excluded.opened_at ELSE fed_case.opened_at END,
		    closed_at = CASE WHEN excluded.closed_at > 0 THEN excluded.closed_at ELSE fed_case.closed_at END
		RETURNING opened_at`,
		holderID, x.ID, m.CaseNo, m.Matter, m.Unit, outcome, detail, opened, closed, string(m.Stage), clerk, db.Micros(told)).Scan(&began)
	if err != nil {
		return false, fmt.Errorf("keep case: %w", err)
	}
	return began > 0, nil
}

// known is what was told of a case before, and as of when.
func (d *Desk) known(ctx context.Context, q *db.Tx, holderID, systemID, caseNo string) (m Message, told time.Time, found bool, err error) {
	var sealed []byte
	var at int64
	err = q.QueryRow(ctx, `
		SELECT detail, told_at
		FROM fed_case
		WHERE holder_id = $1 AND system_id = $2 AND case_no = $3`, holderID, systemID, caseNo).Scan(&sealed, &at)
	if errors.Is(err, db.ErrNoRows) {
		return Message{}, time.Time{}, false, nil
	}
	if err != nil {
		return Message{}, time.Time{}, false, fmt.Errorf("read case: %w", err)
	}
	m, err = d.openDetail(ctx, q, holderID, sealed)
	return m, db.Time(at), true, err
}
