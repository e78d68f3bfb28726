package hall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// How a clerk knows who stands at the counter.
const (
	ByPresenceCode = "presence-code"
	ByCard         = "id-reader"
)

// visitLife bounds a visit, guestsMax who comes together, and cardLife how old a reading of a card may be.
const (
	visitLife = 2 * time.Hour
	guestsMax = 6
	cardLife  = 2 * time.Minute
)

// Guest is somebody who was verified at the counter.
type Guest struct {
	HolderID   string `json:"holderId"`
	Means      string `json:"means"`
	RelationID string `json:"relationId,omitempty"` // for whom they said to come
}

// Visit is who stands before one clerk (到场). It serves that clerk alone, for two hours.
type Visit struct {
	ID        string
	Guests    []Guest
	ExpiresAt time.Time
}

// Card is what a reader of identity cards told the clerk's browser (读卡). For people without a phone.
type Card struct {
	Name, Code string
	ReadAt     time.Time
}

// Receive verifies somebody by their presence code and adds them to a visit; without one, a visit begins.
func (h *Hall) Receive(ctx context.Context, actor *authn.Actor, visitID, code string) (Visit, error) {
	return h.receive(ctx, actor, visitID, func(tx *db.Tx) (Guest, error) {
		a, err := h.o.Agency.Attend(ctx, tx, actor, code)
		return Guest{HolderID: a.HolderID, Means: ByPresenceCode, RelationID: a.RelationID}, err
	})
}

// ReceiveCard is Receive by an identity card on the reader. Whom the platform does not know yet is entered.
func (h *Hall) ReceiveCard(ctx context.Context, actor *authn.Actor, visitID string, c Card) (Visit, error) {
	code, kind, err := holder.ParseCode(c.Code, "card.code")
	if err != nil || kind != holder.CodeCitizen || c.Name == "" {
		return Visit{}, errs.New(errs.Invalid, "window.reading").On("card")
	}
	if age := h.o.Clock.Now().Sub(c.ReadAt); age > cardLife || age < -cardLife {
		return Visit{}, errs.New(errs.Invalid, "window.old-reading").On("card")
	}
	return h.receive(ctx, actor, visitID, func(tx *db.Tx) (Guest, error) {
		id, err := h.o.Holders.Put(ctx, tx, holder.Profile{Name: c.Name, Code: code, CodeType: kind})
		return Guest{HolderID: id, Means: ByCard}, err
	})
}

func (h *Hall) receive(ctx context.Context, actor *authn.Actor, visitID string, who func(tx *db.Tx) (Guest, error)) (Visit, error) {
	var v Visit
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := h.o.Clock.Now()
		v = Visit{ID: db.NewID(), ExpiresAt: now.Add(visitLife)}
		var err error
		if visitID != "" {
			if v, err = h.visit(ctx, tx, actor, visitID); err != nil {
				return err
			}
		}
		g, err := who(tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(v.Guests, func(x Guest) bool { return x.HolderID == g.HolderID }) {
			v.Guests = append(v.Guests, g)
		}
		if len(v.Guests) > guestsMax {
			return errs.New(errs.Conflict, "window.many")
		}
		return h.putVisit(ctx, tx, actor, v, now)
	})
	return v, err
}

func (h *Hall) putVisit(ctx context.Context, tx *db.Tx, actor *authn.Actor, v Visit, now time.Time) error {
	people, err := json.Marshal(v.Guests)
	if err != nil {
		return fmt.Errorf("encode visit: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM window_visit WHERE expires_at <= $1`, db.Micros(now)); err != nil {
		return fmt.Errorf("clear visits: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO window_visit (visit_id, account_id, unit_id, people, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (visit_id) DO UPDATE
		SET people = excluded.people`, v.ID, actor.AccountID, actor.UnitID, string(people), db.Micros(now), db.Micros(v.ExpiresAt))
	if err != nil {
		return fmt.Errorf("put visit: %w", err)
	}
	return nil
}

// visit finds a visit of the clerk's own that is not over.
func (h *Hall) visit(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (Visit, error) {
	v := Visit{ID: id}
	var people string
	var expires int64
	err := q.QueryRow(ctx, `
		SELECT people, expires_at
		FROM window_visit
		WHERE visit_id = $1 AND account_id = $2 AND expires_at > $3`, id, actor.AccountID, db.Micros(h.o.Clock.Now())).Scan(&people, &expires)
	if errors.Is(err, db.ErrNoRows) {
		return Visit{}, errs.New(errs.NotFound, "window.unknown")
	}
	if err != nil {
		return Visit{}, fmt.Errorf("read visit: %w", err)
	}
	v.ExpiresAt = db.Time(expires)
	if err := json.Unmarshal([]byte(people), &v.Guests); err != nil {
		return Visit{}, fmt.Errorf("decode visit: %w", err)
	}
	return v, nil
}

// Present is a guest with whom they may act for, and what a clerk may still confirm for them.
type Present struct {
	Guest
	Profile   holder.Profile
	ActsFor   []ActsFor
	ToConfirm []ActsFor
}

// ActsFor is one relation with the one acted for.
type ActsFor struct {
	Relation  agency.Relation
	Principal holder.Holder
}

// LookVisit gives a visit of the clerk's own with all that is known of its guests.
func (h *Hall) LookVisit(ctx context.Context, actor *authn.Actor, id string) (Visit, []Present, error) {
	var v Visit
	var out []Present
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if v, err = h.visit(ctx, q, actor, id); err != nil {
			return err
		}
		for _, g := range v.Guests {
			p := Present{Guest: g}
			known, err := h.o.Holders.Get(ctx, q, g.HolderID)
			if err != nil {
				return err
			}
			p.Profile = known.Profile
			all, err := h.o.Agency.Of(ctx, q, g.HolderID)
			if err != nil {
				return err
			}
			for _, r := range all {
				if r.AgentID != g.HolderID {
					continue
				}
				applies := r.Gives(authn.PowerApply, h.o.Clock.Now())
				waits := r.Standing(h.o.Clock.Now()) == agency.Asked && (r.Kind == agency.Guardian || r.Kind == agency.Care)
				if !applies && !waits {
					continue
				}
				x := ActsFor{Relation: r}
				if x.Principal, err = h.o.Holders.Get(ctx, q, r.PrincipalID); err != nil {
					return err
				}
				if applies {
					p.ActsFor = append(p.ActsFor, x)
				} else {
					p.ToConfirm = append(p.ToConfirm, x)
				}
			}
			out = append(out, p)
		}
		return nil
	})
	return v, out, err
}

// ConfirmRelation lets the clerk confirm what a guest asked for, having seen the paper that proves it.
func (h *Hall) ConfirmRelation(ctx context.Context, actor *authn.Actor, visitID string, guest int, relationID string) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := h.visit(ctx, tx, actor, visitID)
		if err != nil {
			return err
		}
		if guest < 1 || guest > len(v.Guests) {
			return errs.New(errs.Invalid, "window.person").On("guest")
		}
		_, err = h.o.Agency.Confirm(ctx, tx, actor, v.Guests[guest-1].HolderID, relationID)
		return err
	})
}
