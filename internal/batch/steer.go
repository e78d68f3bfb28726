package batch

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// step takes a batch of the actor's from one state to another.
func (d *Desk) step(ctx context.Context, a *authn.Actor, id string, from, to State, action, set string, args ...any) (Batch, error) {
	return d.move(ctx, d.own, a, id, []State{from}, to, action, nothing, set, args...)
}

func nothing(*db.Tx, *Batch) error { return nil }

// hands finds a batch for whoever may do something to it.
type hands func(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Batch, error)

// move takes a batch from one of some states to another, in one transaction with what else belongs to it. set names
// further columns; its arguments begin at $5.
func (d *Desk) move(ctx context.Context, find hands, a *authn.Actor, id string, from []State, to State, action string,
	also func(tx *db.Tx, b *Batch) error, set string, args ...any,
) (Batch, error) {
	var b Batch
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = find(ctx, tx, a, id); err != nil {
			return err
		}
		if !slices.Contains(from, b.State) {
			return errs.New(errs.Conflict, "batch.stage")
		}
		before := b.State
		b.State, b.UpdatedAt = to, d.o.Clock.Now()
		if to.Ended() {
			b.EndedAt = b.UpdatedAt
		}
		if err := also(tx, &b); err != nil {
			return err
		}
		return d.write(ctx, tx, a, &b, before, action, set, args...)
	})
	return b, err
}

// write moves the row of a batch that is still in a state, and tells of it on the trail.
func (d *Desk) write(ctx context.Context, tx *db.Tx, a *authn.Actor, b *Batch, before State, action, set string, args ...any) error {
	if set != "" {
		set += ", "
	}
	args = append([]any{b.ID, string(before), string(b.State), db.Micros(b.UpdatedAt)}, args...)
	args = append(args, db.Micros(b.DueAt), db.Micros(b.EndedAt), b.RowVersion)
	n, err := tx.Exec(ctx, fmt.Sprintf(`
		UPDATE batch
		SET %sstate = $3, updated_at = $4, lease = 0, due_at = $%d, ended_at = $%d, row_version = row_version + 1
		WHERE batch_id = $1 AND state = $2 AND row_version = $%d`, set, len(args)-2, len(args)-1, len(args)), args...)
	if err != nil {
		return fmt.Errorf("move batch: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	b.RowVersion++
	reason := b.Words
	if reason == "" {
		reason = "批量制证"
	}
	return d.tell(ctx, tx, a, *b, action, reason)
}

// Submit hands the good rows to the second person; the faulty ones stay out. From now on the batch is owed.
func (d *Desk) Submit(ctx context.Context, a *authn.Actor, id string) (Batch, error) {
	now := d.o.Clock.Now()
	return d.move(ctx, d.own, a, id, []State{Checked}, Review, "submit", func(tx *db.Tx, b *Batch) error {
		if b.Good == 0 {
			return errs.New(errs.Conflict, "batch.none-good")
		}
		if n := b.Doubtful(); n > 0 {
			return errs.New(errs.Conflict, "stock.open").With("n", fmt.Sprint(n))
		}
		b.Words = ""
		if b.DueAt.IsZero() { // sent back and submitted again, it is owed by the same day
			b.DueAt = d.Due(now, b.Good)
		}
		return d.o.Deadlines.Open(ctx, tx, deadline.Deadline{Kind: kinds[b.Kind], SubjectID: b.ID, UnitID: b.IssuerID, AccountID: b.MakerID,
			TypeCode: b.TypeCode, Licenses: b.Good, OpenedAt: now, DueAt: b.DueAt})
	}, `words = ''`)
}

// kinds are the deadlines of the kinds of batches.
var kinds = map[Kind]deadline.Kind{New: deadline.Batch, Stock: deadline.Stock}

// Judge is the second person's word: the rows are made, or the batch goes back to its maker with the reason.
func (d *Desk) Judge(ctx context.Context, a *authn.Actor, id string, agree bool, words string) (Batch, error) {
	words = strings.TrimSpace(words)
	if err := checkWords(words, !agree); err != nil {
		return Batch{}, err
	}
	var b Batch
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = d.forReview(ctx, tx, a, id); err != nil {
			return err
		}
		before, action := b.State, "refuse"
		b.UpdatedAt, b.Words = d.o.Clock.Now(), words
		var made int64
		if b.State = Checked; agree {
			b.State, b.ReviewerID, action = Running, a.AccountID, "approve"
			made = db.Micros(b.UpdatedAt)
		}
		return d.write(ctx, tx, a, &b, before, action, `reviewer_id = $5, made_at = $6, words = $7`, b.ReviewerID, made, words)
	})
	d.stir()
	return b, err
}

// forReview is a batch that waits for the word of an actor of the unit that brought it in who did not make it.
func (d *Desk) forReview(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Batch, error) {
	b, err := d.Get(ctx, q, a, id)
	switch {
	case err != nil:
	case b.UnitID != a.UnitID:
		err = errs.New(errs.Denied, "license.not-issuer")
	case b.MakerID == a.AccountID:
		err = errs.New(errs.Denied, "license.same-person")
	case b.State != Review:
		err = errs.New(errs.Conflict, "batch.stage")
	}
	return b, err
}

// maxWords bounds what a reviewer says, in characters.
const maxWords = 200

func checkWords(words string, needed bool) error {
	switch {
	case needed && words == "":
		return errs.New(errs.Invalid, "case.opinion-required").On("words")
	case utf8.RuneCountInString(words) > maxWords:
		return errs.New(errs.Invalid, "field.too-long").On("words").With("max", fmt.Sprint(maxWords))
	}
	return nil
}

// ofUnit is a batch of the actor's unit. Its maker may be away when it must be held up.
func (d *Desk) ofUnit(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Batch, error) {
	b, err := d.Get(ctx, q, a, id)
	if err == nil && b.UnitID != a.UnitID {
		return Batch{}, errs.New(errs.Denied, "batch.other-unit")
	}
	return b, err
}

// Pause lets no more rows be made until Resume.
func (d *Desk) Pause(ctx context.Context, a *authn.Actor, id string) (Batch, error) {
	return d.move(ctx, d.ofUnit, a, id, []State{Running}, Paused, "pause", nothing, "")
}

// Resume lets rows be made again.
func (d *Desk) Resume(ctx context.Context, a *authn.Actor, id string) (Batch, error) {
	b, err := d.move(ctx, d.ofUnit, a, id, []State{Paused}, Running, "resume", nothing, "")
	d.stir()
	return b, err
}

// Cancel ends a batch. What was made stays made; its other rows are gone.
func (d *Desk) Cancel(ctx context.Context, a *authn.Actor, id string) (Batch, error) {
	open := []State{Mapping, Checking, Checked, Review, Running, Paused}
	b, err := d.move(ctx, d.ofUnit, a, id, open, Cancelled, "cancel", func(tx *db.Tx, b *Batch) error {
		if err := d.o.Deadlines.Cancel(ctx, tx, kinds[b.Kind], b.ID); err != nil {
			return err
		}
		return d.forget(ctx, tx, b.ID)
	}, `key = $5, file_ref = '', good = 0, bad = 0`, []byte{})
	if err != nil {
		return Batch{}, err
	}
	d.discard(ctx, b.fileRef)
	return b, nil
}

// discard takes a file away that no batch names any more. One that stays behind is read by nobody; it is told.
func (d *Desk) discard(ctx context.Context, ref string) {
	if ref == "" {
		return
	}
	if err := d.o.Files.Remove(ctx, ref); err != nil {
		d.o.Log.WarnContext(ctx, "file of a batch stays behind", slog.Any("error", err))
	}
}

// forget takes away what rows say that were not made.
func (d *Desk) forget(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `
		UPDATE batch_row
		SET payload = $1
		WHERE batch_id = $2 AND state <> 'made'`, []byte{}, id); err != nil {
		return fmt.Errorf("forget rows: %w", err)
	}
	return nil
}
