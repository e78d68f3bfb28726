package present

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// RequestLife is how long a request waits for an answer, and itemsMax how many licenses it may ask for.
const (
	RequestLife = 5 * time.Minute
	itemsMax    = 5
)

// RequestState is how a request to be shown licenses stands.
type RequestState string

// The states of a request.
const (
	Asked      RequestState = "open"
	Given      RequestState = "given"
	Refused    RequestState = "refused"
	Taken      RequestState = "ended"
	Received   RequestState = "received"
	RequestOld RequestState = "expired"
)

// Item is one license that is asked for: its type and the fields of it.
type Item struct {
	Type   string   `json:"type"`
	Fields []string `json:"fields"`
}

// Wish is what somebody asks to be shown (反扫). A unit asks in a scenario in which it is enrolled; a holder asks
// another holder without one, and says why.
type Wish struct {
	ScenarioID string
	Items      []Item
	Purpose    string
}

// Request is a wish with its life.
type Request struct {
	Wish
	ID           string
	AskerAccount string
	AskerUnit    string // "" for a holder
	AskerHolder  string // "" for a unit
	CreatedAt    time.Time
	ExpiresAt    time.Time
	State        RequestState
	HolderID     string // who consented, "" until then
	AnsweredAt   time.Time
	Code         string // the secret in the QR code; only when just made
}

// requestID leads from a code to its request; nothing leads back.
func requestID(code string) string {
	sum := gm.SM3([]byte("show.request\x00" + code))
	return uuid.UUID(sum[:16]).String()
}

// keyHolder is under whose key the asker's words are kept.
func (r Request) keyHolder() string {
	if r.AskerHolder != "" {
		return r.AskerHolder
	}
	return holder.PlatformID
}

// Ask makes a request with a code for the other side to scan.
func (d *Desk) Ask(ctx context.Context, actor *authn.Actor, w Wish) (Request, error) {
	if err := MayShow(actor); err != nil {
		return Request{}, err
	}
	w.Purpose = strings.TrimSpace(w.Purpose)
	if err := checkPurpose(w.Purpose); err != nil {
		return Request{}, err
	}
	if len(w.Items) == 0 || len(w.Items) > itemsMax {
		return Request{}, errs.New(errs.Invalid, "present.items").On("items").With("max", fmt.Sprint(itemsMax))
	}
	now := d.o.Clock.Now()
	r := Request{AskerAccount: actor.AccountID, AskerUnit: actor.UnitID, AskerHolder: actor.HolderID, CreatedAt: now,
		ExpiresAt: now.Add(RequestLife), State: Asked, Code: newCode()}
	r.ID = requestID(r.Code)
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if r.Wish, err = d.wish(ctx, tx, actor, w); err != nil {
			return err
		}
		return d.insertRequest(ctx, tx, r)
	})
	return r, err
}

// wish holds a wish against the rules: a unit's against its scenario, a holder's against the types.
func (d *Desk) wish(ctx context.Context, q *db.Tx, actor *authn.Actor, w Wish) (Wish, error) {
	out := Wish{ScenarioID: w.ScenarioID, Purpose: w.Purpose}
	if actor.HolderID != "" {
		if w.ScenarioID != "" {
			return Wish{}, errs.New(errs.Denied, "present.not-enrolled").On("scenario")
		}
		if w.Purpose == "" {
			return Wish{}, errs.New(errs.Invalid, "field.required").On("purpose")
		}
	} else if ok, err := d.Enrolled(ctx, q, w.ScenarioID, actor); err != nil && errs.Code(err) != "list.unknown" {
		return Wish{}, err
	} else if !ok {
		return Wish{}, errs.New(errs.Denied, "present.not-enrolled").On("scenario")
	}
	seen := map[string]bool{}
	for _, x := range w.Items {
		if seen[x.Type] {
			return Wish{}, errs.New(errs.Invalid, "present.item-twice").On("items")
		}
		seen[x.Type] = true
		fields, err := d.wanted(ctx, q, w.ScenarioID, x)
		if err != nil {
			return Wish{}, err
		}
		out.Items = append(out.Items, Item{Type: x.Type, Fields: fields})
	}
	return out, nil
}

func (d *Desk) wanted(ctx context.Context, q *db.Tx, scenarioID string, x Item) ([]string, error) {
	if scenarioID == "" {
		t, err := d.o.Types.Current(ctx, q, x.Type)
		if err != nil {
			return nil, err
		}
		return Choose(t, x.Fields)
	}
	l, err := d.Scenario(ctx, q, scenarioID)
	if err != nil {
		return nil, err
	}
	return InScenario(l, x.Type, x.Fields)
}

func (d *Desk) insertRequest(ctx context.Context, tx *db.Tx, r Request) error {
	items, err := json.Marshal(r.Items)
	if err != nil {
		return fmt.Errorf("encode items: %w", err)
	}
	purpose, err := d.o.Holders.Seal(ctx, tx, r.keyHolder(), []byte(r.Purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO show_request (request_id, asker_account, asker_unit, asker_holder, scenario_id, items, purpose,
			created_at, expires_at, state, holder_id, answered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0)`,
		r.ID, r.AskerAccount, r.AskerUnit, r.AskerHolder, r.ScenarioID, string(items), purpose, db.Micros(r.CreatedAt),
		db.Micros(r.ExpiresAt), string(r.State))
	if err != nil {
		return fmt.Errorf("insert request: %w", err)
	}
	return nil
}

func (d *Desk) request(ctx context.Context, q *db.Tx, id string) (Request, error) {
	r := Request{ID: id}
	var items string
	var purpose []byte
	var created, expires, answered int64
	err := q.QueryRow(ctx, `
		SELECT asker_account, asker_unit, asker_holder, scenario_id, items, purpose, created_at, expires_at, state,
			holder_id, answered_at
		FROM show_request
		WHERE request_id = $1`, id).
		Scan(&r.AskerAccount, &r.AskerUnit, &r.AskerHolder, &r.ScenarioID, &items, &purpose, &created, &expires, &r.State,
			&r.HolderID, &answered)
	if errors.Is(err, db.ErrNoRows) {
		return Request{}, errs.New(errs.NotFound, "present.request-unknown")
	}
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	if err := json.Unmarshal([]byte(items), &r.Items); err != nil {
		return Request{}, fmt.Errorf("decode items: %w", err)
	}
	r.CreatedAt, r.ExpiresAt, r.AnsweredAt = db.Time(created), db.Time(expires), db.Time(answered)
	if r.State == Asked && !d.o.Clock.Now().Before(r.ExpiresAt) {
		r.State = RequestOld
	}
	plain, err := d.o.Holders.Open(ctx, q, r.keyHolder(), purpose)
	r.Purpose = string(plain)
	return r, err
}

// own finds a request that the actor made, for whom they act now: what was asked in a firm's name is not for its agent to
// receive when the mandate is over, nor what an agent asked for themselves for the firm.
func (d *Desk) own(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (Request, error) {
	r, err := d.request(ctx, q, id)
	if err == nil && (r.AskerAccount != actor.AccountID || r.AskerHolder != actor.HolderID || r.AskerUnit != actor.UnitID) {
		return Request{}, errs.New(errs.NotFound, "present.request-unknown")
	}
	return r, err
}

// Request gives a request to whoever made it, for the screen that waits for the answer.
func (d *Desk) Request(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (Request, error) {
	return d.own(ctx, q, actor, id)
}

// EndRequest takes a request back. One that was answered stays as it is.
func (d *Desk) EndRequest(ctx context.Context, actor *authn.Actor, id string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := d.own(ctx, tx, actor, id); err != nil {
			return err
		}
		_, err := d.step(ctx, tx, id, Taken, "")
		return err
	})
}

// step answers a request that still waits; false if it no longer does.
func (d *Desk) step(ctx context.Context, tx *db.Tx, id string, to RequestState, holderID string) (bool, error) {
	now := db.Micros(d.o.Clock.Now())
	n, err := tx.Exec(ctx, `
		UPDATE show_request
		SET state = $1, holder_id = $2, answered_at = $3
		WHERE request_id = $4 AND state = 'open' AND expires_at > $3`, string(to), holderID, now, id)
	if err != nil {
		return false, fmt.Errorf("answer request: %w", err)
	}
	return n == 1, nil
}

// over says why a request no longer waits for an answer.
func over(s RequestState) error {
	switch s {
	case RequestOld:
		return errs.New(errs.Gone, "present.request-expired")
	case Taken:
		return errs.New(errs.Gone, "present.request-ended")
	default:
		return errs.New(errs.Gone, "present.request-answered")
	}
}

// AskedOf is a request as the holder sees it who scanned its code.
type AskedOf struct {
	Request
	Scenario *matter.Scenario // nil between holders
	Holdings [][]Holding      // for each item, the holder's licenses of its type
}

// Look tells a holder what a scanned code asks for, and which own licenses would answer it. Nothing is consumed.
func (d *Desk) Look(ctx context.Context, q *db.Tx, actor *authn.Actor, code string) (AskedOf, error) {
	r, err := d.request(ctx, q, requestID(code))
	if err != nil {
		return AskedOf{}, err
	}
	if r.AskerHolder == actor.HolderID {
		return AskedOf{}, errs.New(errs.Conflict, "present.request-own")
	}
	a := AskedOf{Request: r}
	if r.ScenarioID != "" {
		l, err := d.o.Matters.Listing(ctx, q, matter.ListScenario, r.ScenarioID)
		if err != nil {
			return AskedOf{}, err
		}
		a.Scenario = l.Scenario
	}
	for _, x := range r.Items {
		held, err := d.o.Licenses.Held(ctx, q, actor.HolderID, x.Type)
		if err != nil {
			return AskedOf{}, err
		}
		a.Holdings = append(a.Holdings, d.holdings(held))
	}
	return a, nil
}

// Refuse answers no. Who refused is kept nowhere.
func (d *Desk) Refuse(ctx context.Context, actor *authn.Actor, code string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := d.Look(ctx, tx, actor, code)
		if err != nil {
			return err
		}
		ok, err := d.step(ctx, tx, a.ID, Refused, "")
		if err == nil && !ok {
			return over(a.State)
		}
		return err
	})
}
