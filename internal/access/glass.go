package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/task"
)

// glassMost is the longest for which a license may be opened in an emergency; rule glass.time says the same. An ask that
// nobody approves within that time has lapsed.
const glassMost = 4 * time.Hour

// GlassStep is how far an emergency look (应急查看) has come.
type GlassStep string

// The steps. Each is derived from what stands in the row and the time.
const (
	GlassAsked    GlassStep = "asked"
	GlassLapsed   GlassStep = "lapsed" // nobody approved it
	GlassOpen     GlassStep = "open"
	GlassOver     GlassStep = "over"     // its time is over, or it was ended; the report waits for a supervisor
	GlassReported GlassStep = "reported" // a supervisor has acknowledged the report
)

// Glass is one emergency look (应急查看, break-glass): two persons of two posts open one license together.
type Glass struct {
	ID                  string
	HolderID, LicenseID string
	Reason              string
	Minutes             int
	AskedBy, AskedRole  string
	UnitID              string // of who asked; "" of looks from before that was kept
	IssuerID            string // of the license; likewise
	AskedAt             time.Time
	ApprovedBy          string
	ApprovedRole        string
	ApprovedAt          time.Time
	EndedBy             string
	EndedAt             time.Time
	Reads, Refused      int
	SeenBy              string
	SeenAt              time.Time
	Words               string // of the supervisor
}

// Until is when the look ends by itself.
func (g Glass) Until() time.Time { return g.ApprovedAt.Add(time.Duration(g.Minutes) * time.Minute) }

// Step is how far it has come at a moment.
func (g Glass) Step(now time.Time) GlassStep {
	switch {
	case !g.SeenAt.IsZero():
		return GlassReported
	case g.ApprovedAt.IsZero() && (!g.EndedAt.IsZero() || !now.Before(g.AskedAt.Add(glassMost))):
		return GlassLapsed
	case g.ApprovedAt.IsZero():
		return GlassAsked
	case !g.EndedAt.IsZero() || !now.Before(g.Until()):
		return GlassOver
	default:
		return GlassOpen
	}
}

// glassRole is the post in which somebody takes part in an emergency look; "" means no part.
func glassRole(a *authn.Actor) string {
	for _, r := range []string{authn.RoleAdmin, authn.RoleDigital} {
		if a.Has(r) {
			return r
		}
	}
	return ""
}

// AskGlass asks to open one license, known by its identifier, for a reason and a time.
func (d *Door) AskGlass(ctx context.Context, actor *authn.Actor, identifier, reason string, minutes int) (string, error) {
	if strings.TrimSpace(reason) == "" {
		return "", errs.New(errs.Invalid, "field.required").On("reason")
	}
	if minutes < 1 || time.Duration(minutes)*time.Minute > glassMost {
		return "", errs.New(errs.Invalid, "glass.minutes").On("minutes")
	}
	if glassRole(actor) == "" {
		return "", errs.New(errs.Denied, "denied")
	}
	id := db.NewID()
	return id, d.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := d.o.Licenses.ByIdentifier(ctx, tx, identifier)
		if err != nil {
			return err
		}
		g := Glass{ID: id, HolderID: l.HolderID, LicenseID: l.ID, Minutes: minutes, AskedBy: actor.AccountID, AskedRole: glassRole(actor),
			UnitID: actor.UnitID, IssuerID: l.IssuerID, AskedAt: d.o.Clock.Now()}
		sealed, err := d.o.Holders.Seal(ctx, tx, l.HolderID, []byte(strings.TrimSpace(reason)))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO break_glass (glass_id, holder_id, license_id, reason, minutes, asked_by, asked_role, asked_at, approved_by,
				approved_role, approved_at, ended_by, ended_at, reads, refused, seen_by, seen_at, words, unit_id, issuer_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', 0, '', 0, 0, 0, '', 0, $9, $10, $11)`,
			g.ID, g.HolderID, g.LicenseID, sealed, g.Minutes, g.AskedBy, g.AskedRole, db.Micros(g.AskedAt), []byte{}, g.UnitID, g.IssuerID)
		if err != nil {
			return fmt.Errorf("ask to break the glass: %w", err)
		}
		return d.glassEvent(ctx, tx, g, "ask", actor)
	})
}

// ApproveGlass is the word of the second person: another one, of another post, and neither of them somebody whom an administrator has
// only just made ("authn.unsettled"). From here the time runs, and the supervisor has a
// report to read.
func (d *Door) ApproveGlass(ctx context.Context, actor *authn.Actor, id string) error {
	return d.glassStep(ctx, actor, id, "approve", func(tx *db.Tx, g *Glass, now time.Time) error {
		role := glassRole(actor)
		if role == "" || role == g.AskedRole || actor.AccountID == g.AskedBy {
			return errs.New(errs.Denied, "glass.second")
		}
		if g.Step(now) != GlassAsked {
			return errs.New(errs.Conflict, "glass.step")
		}
		if err := d.o.Trail.Settled(ctx, tx, g.AskedBy, actor.AccountID); err != nil {
			return err
		}
		g.ApprovedBy, g.ApprovedRole, g.ApprovedAt = actor.AccountID, role, now
		return d.askReport(ctx, tx, *g, now.Add(24*time.Hour))
	})
}

// askReport tells those who supervise a look that its report is to be read: at the unit of who asked and the license's issuer, at all
// units above these, and at the platform's. Whoever is first does it for all.
func (d *Door) askReport(ctx context.Context, tx *db.Tx, g Glass, due time.Time) error {
	units := []string{d.o.PlatformID}
	for _, id := range []string{g.UnitID, g.IssuerID} {
		u, err := d.o.Units.Get(ctx, tx, id)
		if errs.Code(err) == "unit.unknown" {
			continue
		}
		if err != nil {
			return err
		}
		up, err := d.o.Units.Path(ctx, tx, u)
		if err != nil {
			return err
		}
		for _, x := range append(up, u) {
			units = append(units, x.ID)
		}
	}
	slices.Sort(units)
	for _, id := range slices.Compact(units) {
		if err := d.o.Tasks.Give(ctx, tx, task.Task{Kind: task.GlassReport, SubjectID: g.ID, UnitID: id, Role: authn.RoleSupervisor, DueAt: due}); err != nil {
			return err
		}
	}
	return nil
}

// overLooks finds the looks that the unit $1 or those beneath it asked for, or at licenses that they issued; with $2, all.
const overLooks = `
		WITH RECURSIVE beneath (unit_id) AS (
			SELECT CAST($1 AS TEXT)
			UNION
			SELECT u.unit_id FROM unit u JOIN beneath b ON u.parent_id = b.unit_id
		)
		SELECT ` + glassColumns + `
		FROM break_glass g
		WHERE ($2 = 1 OR g.unit_id IN (SELECT unit_id FROM beneath) OR g.issuer_id IN (SELECT unit_id FROM beneath))`

// seesAllGlass reports whether somebody sees all emergency looks: who takes part in such looks, and the supervisors of the platform and of a
// topmost unit. Other supervisors see those of their own units.
func (d *Door) seesAllGlass(ctx context.Context, q *db.Tx, actor *authn.Actor) (bool, error) {
	if glassRole(actor) != "" || actor.UnitID == d.o.PlatformID {
		return true, nil
	}
	u, err := d.o.Units.Get(ctx, q, actor.UnitID)
	return u.Parent == "", err
}

// supervises reports whether somebody is a supervisor over an emergency look: one of the platform, of a topmost unit, or over the unit
// of who asked or the license's issuer.
func (d *Door) supervises(ctx context.Context, q *db.Tx, actor *authn.Actor, g Glass) (bool, error) {
	if !actor.Has(authn.RoleSupervisor) {
		return false, nil
	}
	all, err := d.seesAllGlass(ctx, q, actor)
	if err != nil || all {
		return all, err
	}
	for _, id := range []string{g.UnitID, g.IssuerID} {
		if id == "" {
			continue
		}
		if within, err := d.o.Units.Within(ctx, q, id, actor.UnitID); err != nil || within {
			return within, err
		}
	}
	return false, nil
}

// EndGlass ends a look by hand, or takes an ask back: whoever asked, approved or supervises it may.
func (d *Door) EndGlass(ctx context.Context, actor *authn.Actor, id string) error {
	return d.glassStep(ctx, actor, id, "end", func(tx *db.Tx, g *Glass, now time.Time) error {
		over, err := d.supervises(ctx, tx, actor, *g)
		if err != nil {
			return err
		}
		if actor.AccountID != g.AskedBy && actor.AccountID != g.ApprovedBy && !over {
			return errs.New(errs.Denied, "denied")
		}
		if s := g.Step(now); s != GlassAsked && s != GlassOpen {
			return errs.New(errs.Conflict, "glass.step")
		}
		g.EndedBy, g.EndedAt = actor.AccountID, now
		return nil
	})
}

// AcknowledgeGlass is the supervisor's word that the report was read. It ends a look that is still open; nobody acknowledges their own.
func (d *Door) AcknowledgeGlass(ctx context.Context, actor *authn.Actor, id, words string) error {
	return d.glassStep(ctx, actor, id, "acknowledge", func(tx *db.Tx, g *Glass, now time.Time) error {
		over, err := d.supervises(ctx, tx, actor, *g)
		if err != nil {
			return err
		}
		if !over || actor.AccountID == g.AskedBy || actor.AccountID == g.ApprovedBy {
			return errs.New(errs.Denied, "denied")
		}
		if g.Step(now) != GlassOver {
			return errs.New(errs.Conflict, "glass.step")
		}
		g.SeenBy, g.SeenAt, g.Words = actor.AccountID, now, words
		return d.o.Tasks.Done(ctx, tx, task.GlassReport, g.ID)
	})
}

// Broken reads the license of an emergency look. Each look is decided and recorded by itself, also when it is refused.
func (d *Door) Broken(ctx context.Context, actor *authn.Actor, id string, want Want) (Reading, error) {
	u, err := d.worked(ctx, func(tx *db.Tx) (use, error) {
		g, err := d.Glass(ctx, tx, id)
		if err != nil {
			return use{}, err
		}
		l, err := d.o.Licenses.Get(ctx, tx, g.HolderID, g.LicenseID)
		if err != nil {
			return use{}, err
		}
		now := d.o.Clock.Now()
		found := cedar.RecordMap{
			"askedBy": cedar.String(g.AskedBy), "askedRole": cedar.String(g.AskedRole), "approvedBy": cedar.String(g.ApprovedBy),
			"approvedRole": cedar.String(g.ApprovedRole), "reason": cedar.Boolean(g.Reason != ""), "ended": cedar.Boolean(!g.EndedAt.IsZero()),
			"now": cedar.Long(now.UnixMicro()), "from": cedar.Long(g.ApprovedAt.UnixMicro()), "until": cedar.Long(g.Until().UnixMicro()),
		}
		u := use{ground: BreakGlass, purpose: g.Reason, license: l, holderID: l.HolderID, actor: actor, whole: want == File}
		if err := d.judge(&u, found); err != nil {
			return use{}, err
		}
		return u, d.glassLooked(ctx, tx, g.ID, len(u.reasons) == 0)
	})
	if err != nil {
		return Reading{}, err
	}
	return d.open(ctx, u, want, nil)
}

func (d *Door) glassLooked(ctx context.Context, tx *db.Tx, id string, given bool) error {
	read, refused := 0, 1
	if given {
		read, refused = 1, 0
	}
	_, err := tx.Exec(ctx, `
		UPDATE break_glass
		SET reads = reads + $1, refused = refused + $2
		WHERE glass_id = $3`, read, refused, id)
	if err != nil {
		return fmt.Errorf("count look: %w", err)
	}
	return nil
}

// glassStep takes one step of an emergency look and puts it on record.
func (d *Door) glassStep(ctx context.Context, actor *authn.Actor, id, action string, step func(tx *db.Tx, g *Glass, now time.Time) error) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := d.Glass(ctx, tx, id)
		if err != nil {
			return err
		}
		g := before
		if err := step(tx, &g, d.o.Clock.Now()); err != nil {
			return err
		}
		words, err := d.o.Holders.Seal(ctx, tx, g.HolderID, []byte(g.Words))
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE break_glass
			SET approved_by = $1, approved_role = $2, approved_at = $3, ended_by = $4, ended_at = $5, seen_by = $6, seen_at = $7, words = $8
			WHERE glass_id = $9 AND approved_at = $10 AND ended_at = $11 AND seen_at = $12`,
			g.ApprovedBy, g.ApprovedRole, db.Micros(g.ApprovedAt), g.EndedBy, db.Micros(g.EndedAt), g.SeenBy, db.Micros(g.SeenAt), words,
			id, db.Micros(before.ApprovedAt), db.Micros(before.EndedAt), db.Micros(before.SeenAt))
		if err != nil {
			return fmt.Errorf("step of break-glass: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "conflict")
		}
		return d.glassEvent(ctx, tx, g, action, actor)
	})
}

// glassEvent puts a step into the log, in the shard of the license's holder.
func (d *Door) glassEvent(ctx context.Context, tx *db.Tx, g Glass, action string, actor *authn.Actor) error {
	_, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: g.HolderID, Kind: "break-glass", At: d.o.Clock.Now(), Body: map[string]any{
		"action": action, "glassId": g.ID, "licenseId": g.LicenseID, "accountId": actor.AccountID, "unitId": actor.UnitID,
		"minutes": g.Minutes, "at": d.o.Clock.Now().Format(time.RFC3339Nano),
	}})
	return err
}

const glassColumns = `glass_id, holder_id, license_id, reason, minutes, asked_by, asked_role, asked_at, approved_by, approved_role,
	approved_at, ended_by, ended_at, reads, refused, seen_by, seen_at, words, unit_id, issuer_id`

func scanGlass(row interface{ Scan(...any) error }) (g Glass, reason, words []byte, err error) {
	var asked, approved, ended, seen int64
	err = row.Scan(&g.ID, &g.HolderID, &g.LicenseID, &reason, &g.Minutes, &g.AskedBy, &g.AskedRole, &asked, &g.ApprovedBy, &g.ApprovedRole,
		&approved, &g.EndedBy, &ended, &g.Reads, &g.Refused, &g.SeenBy, &seen, &words, &g.UnitID, &g.IssuerID)
	g.AskedAt, g.ApprovedAt, g.EndedAt, g.SeenAt = db.Time(asked), db.Time(approved), db.Time(ended), db.Time(seen)
	return g, reason, words, err
}

func (d *Door) openGlass(ctx context.Context, q *db.Tx, g *Glass, reason, words []byte) error {
	plain, err := d.o.Holders.Open(ctx, q, g.HolderID, reason)
	if err != nil {
		return err
	}
	g.Reason = string(plain)
	if len(words) > 0 {
		if plain, err = d.o.Holders.Open(ctx, q, g.HolderID, words); err != nil {
			return err
		}
		g.Words = string(plain)
	}
	return nil
}

// Glass gives one emergency look, for those who take part in such looks or supervise them.
func (d *Door) Glass(ctx context.Context, q *db.Tx, id string) (Glass, error) {
	g, reason, words, err := scanGlass(q.QueryRow(ctx, `SELECT `+glassColumns+` FROM break_glass WHERE glass_id = $1`, id))
	if errors.Is(err, db.ErrNoRows) {
		return Glass{}, errs.New(errs.NotFound, "glass.unknown")
	}
	if err != nil {
		return Glass{}, fmt.Errorf("read break-glass: %w", err)
	}
	return g, d.openGlass(ctx, q, &g, reason, words)
}

// Glasses lists the emergency looks that somebody takes part in or supervises, the newest first.
func (d *Door) Glasses(ctx context.Context, q *db.Tx, actor *authn.Actor, limit int) ([]Glass, error) {
	all, err := d.seesAllGlass(ctx, q, actor)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, overLooks+` ORDER BY asked_at DESC, glass_id DESC LIMIT $3`, actor.UnitID, flag(all), limit)
	if err != nil {
		return nil, fmt.Errorf("list break-glass: %w", err)
	}
	var found []Glass
	var sealed [][2][]byte
	for rows.Next() {
		g, reason, words, err := scanGlass(rows)
		if err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list break-glass: %w", err)
		}
		found, sealed = append(found, g), append(sealed, [2][]byte{reason, words})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list break-glass: %w", err)
	}
	for i := range found {
		if err := d.openGlass(ctx, q, &found[i], sealed[i][0], sealed[i][1]); err != nil {
			return nil, err
		}
	}
	return slices.Clip(found), nil
}
