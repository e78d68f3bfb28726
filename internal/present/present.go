// Package present lets a holder show a license (亮证) and a verifier check it (核验). 闽政办〔2022〕33号 任务2、3.
//
// A shown code lives for a minute and works once, or as often as its holder allows. Opening its link only tells what
// will happen; confirming uses it up, and what the verifier then sees is the license's state at that moment and the
// fields the holder chose, or of a social scenario (社会应用场景) its fields and no others. Reverse scan (反扫) is the
// other direction: whoever asks shows a code, the holder scans it, sees who asks for what and why, and consents or
// refuses. Both sides keep a receipt. The check code printed on a face is another thing: it answers with type and
// state, as often as asked.
package present

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Life is how long a shown code can be checked.
const Life = 60 * time.Second

// UsesMax bounds how many checks a holder may allow one code.
const UsesMax = 5

// DefaultFields are shown when the holder chooses nothing else.
var defaultFields = []string{"CZZT", "ZZBH", "ZZBFJG", "ZZYXQJZRQ"}

// State is how a presentation stands.
type State string

// The states of a presentation.
const (
	Open    State = "open"
	Checked State = "checked"
	Expired State = "expired"
	Ended   State = "ended"
)

// Presentation is one showing of a license.
type Presentation struct {
	ID              string
	HolderID        string // who shows it
	LicenseHolderID string
	LicenseID       string
	Fields          []string
	ScenarioID      string // "" for none
	Uses, UsesLeft  int
	CreatedAt       time.Time
	ExpiresAt       time.Time
	CheckedAt       time.Time // the last time
	CheckedBy       string    // unit that did, "" for another holder or the public
	Checks          []Check   // all, oldest first
	State           State
	Type            *catalog.Type
	Code            string // the secret in the QR code; only when just made
}

// Check is one check of a presentation that was given. Both ids empty: a member of the public.
type Check struct {
	At       time.Time
	UnitID   string
	PeerID   string // another holder
	RecordID string
}

// Showing is how a holder wants to show a license.
type Showing struct {
	LicenseID  string
	Fields     []string // none: the usual ones, or the scenario's
	Uses       int      // 0: once
	ScenarioID string   // "": to anybody
}

// Options are the parts package present works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Units    *org.Store
	Types    *catalog.Store
	Matters  *matter.Store
	Holders  *holder.Store
	Licenses *license.Store
	Door     *access.Door
	Book     *evidence.Book
}

// Desk shows and checks licenses.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Show begins a presentation of one of the actor's own licenses. Earlier ones of the same license end, so that
// a forgotten screen or a screenshot cannot be used.
func (d *Desk) Show(ctx context.Context, actor *authn.Actor, s Showing) (Presentation, error) {
	if s.Uses < 0 || s.Uses > UsesMax {
		return Presentation{}, errs.New(errs.Invalid, "present.uses").On("uses").With("max", fmt.Sprint(UsesMax))
	}
	if err := MayShow(actor); err != nil {
		return Presentation{}, err
	}
	uses := max(1, s.Uses)
	p := Presentation{ID: db.NewID(), HolderID: actor.HolderID, LicenseID: s.LicenseID, ScenarioID: s.ScenarioID, State: Open,
		Uses: uses, UsesLeft: uses, Code: newCode()}
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		l, err := d.o.Licenses.Find(ctx, tx, actor.HolderID, s.LicenseID)
		if err != nil {
			return err
		}
		if err := Usable(l, now); err != nil {
			return err
		}
		if p.Type, err = d.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion); err != nil {
			return err
		}
		if p.Fields, err = d.chosen(ctx, tx, actor, p.Type, s); err != nil {
			return err
		}
		p.LicenseHolderID, p.CreatedAt, p.ExpiresAt = l.HolderID, now, now.Add(Life)
		return d.insert(ctx, tx, p)
	})
	return p, err
}

// MayShow refuses whoever acts for a holder without the power to show (亮证).
func MayShow(actor *authn.Actor) error {
	if !actor.May(authn.PowerShow) {
		return errs.New(errs.Denied, "present.power")
	}
	return nil
}

// newCode is the secret of a code to be scanned.
func newCode() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Usable refuses a license that may not be shown now.
func Usable(l license.License, now time.Time) error {
	if state := l.State(now); !state.Usable() {
		return errs.New(errs.Conflict, "license.not-in-force").With("state", state.Text("zh")).With("stateEn", state.Text("en"))
	}
	return nil
}

// chosen are the fields to be shown: in a scenario never more than the scenario has.
func (d *Desk) chosen(ctx context.Context, q *db.Tx, actor *authn.Actor, t *catalog.Type, s Showing) ([]string, error) {
	if s.ScenarioID == "" {
		return Choose(t, s.Fields)
	}
	l, err := d.Scenario(ctx, q, s.ScenarioID)
	if err != nil {
		return nil, err
	}
	if err := d.fits(ctx, q, actor.HolderID, l); err != nil {
		return nil, err
	}
	return InScenario(l, t.Code, s.Fields)
}

// Fits refuses a scenario that is for holders of the other kind.
func Fits(h holder.Holder, l matter.Listing) error {
	if audience(h) != l.Scenario.Audience {
		return errs.New(errs.Conflict, "present.scenario-audience")
	}
	return nil
}

// fits is Fits for a holder by id.
func (d *Desk) fits(ctx context.Context, q *db.Tx, holderID string, l matter.Listing) error {
	h, err := d.o.Holders.Get(ctx, q, holderID)
	if err != nil {
		return err
	}
	return Fits(h, l)
}

// Choose holds a wish for fields against a type: none means the usual ones.
func Choose(t *catalog.Type, fields []string) ([]string, error) {
	if len(fields) == 0 {
		return slices.DeleteFunc(slices.Clone(defaultFields), func(n string) bool {
			return n == "ZZYXQJZRQ" && t.Validity.Rule == "none"
		}), nil
	}
	for _, n := range fields {
		if _, ok := t.Field(n); !ok {
			return nil, errs.New(errs.Invalid, "license.field.unknown").On("fields")
		}
	}
	return fields, nil
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, p Presentation) error {
	_, err := tx.Exec(ctx, `
		UPDATE presentation
		SET ended_at = $1
		WHERE holder_id = $2 AND license_id = $3 AND ended_at = 0 AND uses_left > 0 AND expires_at > $1`,
		db.Micros(p.CreatedAt), p.HolderID, p.LicenseID)
	if err != nil {
		return fmt.Errorf("end earlier presentations: %w", err)
	}
	fields, err := json.Marshal(p.Fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO presentation (holder_id, presentation_id, license_holder_id, license_id, fields, created_at, expires_at,
			uses, uses_left, scenario_id, ended_at, checked_at, checked_by, record_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, 0, 0, '', '')`,
		p.HolderID, p.ID, p.LicenseHolderID, p.LicenseID, string(fields), db.Micros(p.CreatedAt), db.Micros(p.ExpiresAt),
		p.Uses, p.ScenarioID)
	if err != nil {
		return fmt.Errorf("insert presentation: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO presentation_code (code_hash, holder_id, presentation_id)
		VALUES ($1, $2, $3)`, codeHash(p.Code), p.HolderID, p.ID)
	if err != nil {
		return fmt.Errorf("insert presentation code: %w", err)
	}
	return nil
}

func codeHash(code string) []byte {
	sum := gm.SM3([]byte("presentation\x00" + code))
	return sum[:]
}

// Get gives the holder's own presentation, for the screen that waits for the check.
func (d *Desk) Get(ctx context.Context, actor *authn.Actor, id string) (Presentation, error) {
	var p Presentation
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if p, err = d.read(ctx, q, actor.HolderID, id); err != nil {
			return err
		}
		p.Checks, err = d.checks(ctx, q, actor.HolderID, id)
		return err
	})
	return p, err
}

func (d *Desk) checks(ctx context.Context, q *db.Tx, holderID, id string) ([]Check, error) {
	rows, err := q.Query(ctx, `
		SELECT at, unit_id, peer_holder_id, record_id
		FROM presentation_check
		WHERE holder_id = $1 AND presentation_id = $2
		ORDER BY record_id`, holderID, id)
	if err != nil {
		return nil, fmt.Errorf("list checks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Check
	for rows.Next() {
		var c Check
		var at int64
		if err := rows.Scan(&at, &c.UnitID, &c.PeerID, &c.RecordID); err != nil {
			return nil, fmt.Errorf("list checks: %w", err)
		}
		c.At = db.Time(at)
		found = append(found, c)
	}
	return found, rows.Err()
}

func (d *Desk) read(ctx context.Context, q *db.Tx, holderID, id string) (Presentation, error) {
	p := Presentation{ID: id, HolderID: holderID}
	var fields string
	var created, expires, ended, checked int64
	err := q.QueryRow(ctx, `
		SELECT license_holder_id, license_id, fields, scenario_id, uses, uses_left, created_at, expires_at, ended_at,
			checked_at, checked_by
		FROM presentation
		WHERE holder_id = $1 AND presentation_id = $2`, holderID, id).
		Scan(&p.LicenseHolderID, &p.LicenseID, &fields, &p.ScenarioID, &p.Uses, &p.UsesLeft, &created, &expires, &ended,
			&checked, &p.CheckedBy)
	if errors.Is(err, db.ErrNoRows) {
		return Presentation{}, errs.New(errs.NotFound, "present.unknown")
	}
	if err != nil {
		return Presentation{}, fmt.Errorf("read presentation: %w", err)
	}
	if err := json.Unmarshal([]byte(fields), &p.Fields); err != nil {
		return Presentation{}, fmt.Errorf("decode fields: %w", err)
	}
	p.CreatedAt, p.ExpiresAt, p.CheckedAt = db.Time(created), db.Time(expires), db.Time(checked)
	switch {
	case p.UsesLeft == 0:
		p.State = Checked
	case ended > 0:
		p.State = Ended
	case !d.o.Clock.Now().Before(p.ExpiresAt):
		p.State = Expired
	default:
		p.State = Open
	}
	l, err := d.o.Licenses.Get(ctx, q, p.LicenseHolderID, p.LicenseID)
	if err != nil {
		return Presentation{}, err
	}
	p.Type, err = d.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	return p, err
}

// End takes a presentation back.
func (d *Desk) End(ctx context.Context, actor *authn.Actor, id string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.read(ctx, tx, actor.HolderID, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE presentation
			SET ended_at = $1
			WHERE holder_id = $2 AND presentation_id = $3 AND ended_at = 0 AND uses_left > 0`,
			db.Micros(d.o.Clock.Now()), actor.HolderID, id)
		if err != nil {
			return fmt.Errorf("end presentation: %w", err)
		}
		return nil
	})
}
