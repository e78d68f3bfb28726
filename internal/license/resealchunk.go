package license

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// resealing is the work on one order.
type resealing struct {
	s     *Store
	r     Reseal
	seal  sealing.Seal
	types []any // codes of types on which others than the issuer set the seal
}

// resealed is one license of a chunk.
type resealed struct {
	l     License
	b     body
	key   []byte
	plan  *resealPlan
	bears bool
	ref   string // of the file anew; "" where it stays as it is
	sum   string
	cause string // code of the error that keeps it from being sealed
}

// resealPlan is how licenses of one type and issuer are sealed now; refused says why they cannot be.
type resealPlan struct {
	steps   []sealing.Step
	press   *face.Press
	refused string
}

func (s *Store) reseals(ctx context.Context, code string) (*resealing, error) {
	w := &resealing{s: s}
	return w, s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if w.r, err = s.Reseal(ctx, q, code); err != nil {
			return err
		}
		if w.seal, err = s.o.Seals.Get(ctx, q, code); err != nil {
			return err
		}
		codes, err := s.o.Types.Codes(ctx, q)
		for _, c := range codes {
			sets, err := s.setsSeal(ctx, q, c, w.seal.UnitID)
			if err != nil {
				return err
			}
			if sets {
				w.types = append(w.types, c)
			}
		}
		return err
	})
}

// setsSeal reports whether any version of a type has a unit set its seal on licenses of others.
func (s *Store) setsSeal(ctx context.Context, q *db.Tx, code, unitID string) (bool, error) {
	last, err := s.o.Types.Current(ctx, q, code)
	if errs.Code(err) == "type.unknown" {
		return false, nil // was never published
	}
	if err != nil {
		return false, err
	}
	for v := last.Version; v > 0; v-- {
		t, err := s.o.Types.Version(ctx, q, code, v)
		if errs.Code(err) == "type.unknown" {
			continue
		}
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(t.Seals, func(p catalog.SealStep) bool { return SealUnit(t, p, "") == unitID }) {
			return true, nil
		}
	}
	return false, nil
}

// chunk seals the next licenses anew.
func (w *resealing) chunk(ctx context.Context) error {
	pile := w.s.o.Files.Pile()
	chunk, err := w.next(ctx)
	if err == nil {
		err = w.each(ctx, chunk, pile)
	}
	if err != nil {
		pile.Drop()
		return err
	}
	if err := pile.Sync(); err != nil {
		return err
	}
	r := w.r
	return w.s.o.DB.Write(ctx, func(tx *db.Tx) error {
		w.r = r // the transaction may run twice
		return w.commit(ctx, tx, chunk)
	})
}

// next reads the licenses behind the last one that may bear the seal: in force or before their review, made here and
// since there is the seal.
func (w *resealing) next(ctx context.Context) ([]*resealed, error) {
	var chunk []*resealed
	err := w.s.o.DB.Read(ctx, func(q *db.Tx) error {
		args := []any{w.r.atHolder, w.r.atLicense, string(StepSealed), string(StepPublished), db.Micros(w.s.o.Clock.Now()),
			db.Micros(w.seal.ValidFrom), string(Pushed), w.seal.UnitID, string(Stock), resealMost}
		others := ""
		if len(w.types) > 0 {
			marks := make([]string, len(w.types))
			for i := range w.types {
				marks[i] = fmt.Sprintf("$%d", len(args)+i+1)
			}
			others = ` OR type_code IN (` + strings.Join(marks, ", ") + `)`
		}
		found, err := w.s.list(ctx, q, `
			SELECT `+columns+`
			FROM license
			WHERE (holder_id, license_id) > ($1, $2) AND step IN ($3, $4) AND ended = '' AND (valid_to = 0 OR valid_to > $5)
				AND made_at >= $6 AND file_ref <> '' AND origin <> $7 AND (issuer_id = $8 OR origin = $9`+others+`)
			ORDER BY holder_id, license_id
			LIMIT $10`, append(args, w.types...)...)
		if err != nil {
			return err
		}
		plans := map[string]*resealPlan{}
		for _, l := range found {
			x := &resealed{l: l}
			if x.key, err = w.s.keyOf(ctx, q, l); err != nil {
				return err
			}
			if x.b, err = w.s.opened(ctx, q, l, x.key); err != nil {
				return err
			}
			of := fmt.Sprintf("%s|%d|%s|%t", l.TypeCode, l.TypeVersion, l.IssuerID, l.Origin == Stock)
			if plans[of] == nil {
				if plans[of], err = w.plan(ctx, q, l); err != nil {
					return err
				}
			}
			x.plan = plans[of]
			chunk = append(chunk, x)
		}
		return nil
	})
	return chunk, err
}

// plan is how licenses like one are sealed now.
func (w *resealing) plan(ctx context.Context, q *db.Tx, l License) (*resealPlan, error) {
	p := &resealPlan{}
	t, err := w.s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return nil, err
	}
	keeper := l.IssuerID
	if l.Origin == Stock { // its issuer may be no more
		if keeper, err = w.s.o.Units.Caretaker(ctx, q, l.IssuerID, l.TypeCode); err != nil {
			return p.refuse(err)
		}
	}
	if p.steps, err = w.s.sealPlan(ctx, q, t, keeper); err != nil {
		return p.refuse(err)
	}
	for i, step := range p.steps {
		if step.Mode == sealing.Auto {
			continue
		}
		if step.Seal.UnitID != w.seal.UnitID || w.r.AccountID == "" {
			return p.refuse(errs.New(errs.Conflict, "seal.by-hand"))
		}
		p.steps[i].AccountID = w.r.AccountID
	}
	p.press, err = w.s.o.Faces.Press(t)
	return p, err
}

// refuse notes a refusal, which keeps these licenses from being sealed and no other; any other error is one.
func (p *resealPlan) refuse(err error) (*resealPlan, error) {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
		p.refused = e.Code
		return p, nil
	}
	return nil, err
}

// each draws what is to be sealed anew, on all processors.
func (w *resealing) each(ctx context.Context, chunk []*resealed, pile *blob.Pile) error {
	var at atomic.Int64
	var workers sync.WaitGroup
	failed := make([]error, runtime.GOMAXPROCS(0))
	for n := range failed {
		workers.Go(func() {
			var room []byte
			for failed[n] == nil && ctx.Err() == nil {
				i := int(at.Add(1)) - 1
				if i >= len(chunk) {
					return
				}
				failed[n] = w.one(ctx, chunk[i], pile, &room)
			}
		})
	}
	workers.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

// one looks at the file of a license, and where it bears the seal makes another.
func (w *resealing) one(ctx context.Context, x *resealed, pile *blob.Pile, room *[]byte) error {
	file, err := w.s.load(ctx, x.key, x.l.FileRef, x.l.ID)
	if err != nil {
		return err
	}
	if x.bears, err = bears(file, w.seal.Code); err != nil || !x.bears {
		return err
	}
	if w.r.Unproven && w.s.o.Verify(file).Verdict == verify.Valid {
		return nil
	}
	if x.cause = x.plan.refused; x.cause != "" {
		return nil
	}
	sealed, err := w.s.seal(x.plan.press, x.b, x.plan.steps)
	if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind == errs.Invalid {
		x.cause = refusal.Code
		return nil
	}
	if err != nil {
		return err
	}
	return sealed.Borrow(func(anew []byte) error {
		if *room, err = gm.AppendEncrypted((*room)[:0], x.key, anew, []byte("file:"+x.l.ID)); err != nil {
			return err
		}
		x.sum = digest(anew)
		x.ref, err = pile.Add(ctx, *room)
		return err
	})
}

// bears reports whether a file bears a seal.
func bears(file []byte, code string) (bool, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return false, fmt.Errorf("read the file of a license: %w", err)
	}
	list, err := ses.ReadList(p)
	if err != nil {
		return false, fmt.Errorf("read the file of a license: %w", err)
	}
	for _, item := range list.Items {
		data, _ := p.Entry(item.Path)
		m, err := ses.ParseManifest(data)
		if err != nil || item.Type != "Seal" {
			continue
		}
		name, _ := ses.Resolve(p, item.Path, m.ValueLoc)
		value, _ := p.Entry(name)
		if sig, err := ses.ParseSignature(value); err == nil && sig.Seal.ID == code {
			return true, nil
		}
	}
	return false, nil
}

// commit keeps what was sealed, each file beside the one before, and moves the order on.
func (w *resealing) commit(ctx context.Context, tx *db.Tx, chunk []*resealed) error {
	signed := map[*resealPlan][]string{}
	for _, x := range chunk {
		switch {
		case x.ref != "":
			done, err := w.replace(ctx, tx, x)
			if err != nil {
				return err
			}
			if done {
				w.r.Sealed++
				signed[x.plan] = append(signed[x.plan], x.sum)
			}
		case x.cause != "":
			if err := w.miss(ctx, tx, x); err != nil {
				return err
			}
		case x.bears:
			w.r.Kept++
		}
	}
	for plan, digests := range signed {
		if err := w.s.o.Seals.Log(ctx, tx, plan.steps, sealing.Subject{Kind: sealing.OfChunk, ID: w.seal.Code, Count: len(digests),
			Digest: sealing.Over(digests), AccountID: w.r.AccountID}); err != nil {
			return err
		}
	}
	return w.move(ctx, tx, chunk)
}

// move notes how far the order has come, if nobody else has moved it.
func (w *resealing) move(ctx context.Context, tx *db.Tx, chunk []*resealed) error {
	if n := len(chunk); n > 0 {
		w.r.atHolder, w.r.atLicense = chunk[n-1].l.HolderID, chunk[n-1].l.ID
	}
	if len(chunk) < resealMost {
		w.r.State = ResealDone
	}
	n, err := tx.Exec(ctx, `
		UPDATE reseal
		SET state = $1, at_holder = $2, at_license = $3, kept = $4, sealed = $5, updated_at = $6, row_version = row_version + 1
		WHERE seal_code = $7 AND row_version = $8`,
		w.r.State, w.r.atHolder, w.r.atLicense, w.r.Kept, w.r.Sealed, db.Micros(w.s.o.Clock.Now()), w.r.SealCode, w.r.rowVersion)
	if err != nil {
		return fmt.Errorf("move order to seal anew: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	w.r.rowVersion++
	return nil
}

// replace gives a license its file anew, unless it has ended meanwhile or got another one.
func (w *resealing) replace(ctx context.Context, tx *db.Tx, x *resealed) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET file_ref = $1, file_digest = $2, row_version = row_version + 1
		WHERE holder_id = $3 AND license_id = $4 AND file_ref = $5 AND ended = ''`, x.ref, x.sum, x.l.HolderID, x.l.ID, x.l.FileRef)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO license_file (holder_id, license_id, file_digest, file_ref, until_at)
		VALUES ($1, $2, $3, $4, $5)`, x.l.HolderID, x.l.ID, x.l.FileDigest, x.l.FileRef, db.Micros(w.s.o.Clock.Now())); err != nil {
		return false, fmt.Errorf("keep the file before: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM reseal_missed WHERE seal_code = $1 AND license_id = $2`, w.seal.Code, x.l.ID); err != nil {
		return false, fmt.Errorf("note what was sealed anew: %w", err)
	}
	l := x.l
	l.FileRef, l.FileDigest = x.ref, x.sum
	return true, w.s.record(ctx, tx, l, Operation{Action: "reseal", AccountID: w.r.AccountID, UnitID: w.seal.UnitID, Ground: w.seal.Code})
}

// miss lists a license that cannot be sealed anew.
func (w *resealing) miss(ctx context.Context, tx *db.Tx, x *resealed) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO reseal_missed (seal_code, license_id, holder_id, cause)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (seal_code, license_id) DO UPDATE SET cause = excluded.cause`, w.seal.Code, x.l.ID, x.l.HolderID, x.cause)
	if err != nil {
		return fmt.Errorf("note what was not sealed anew: %w", err)
	}
	return nil
}
