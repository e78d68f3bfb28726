package holder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// ErrMeanwhile says that somebody else entered a holder after Prepare had looked for it: prepare anew.
var ErrMeanwhile = errors.New("a holder was entered meanwhile")

// Entrant is a holder that is known, or is about to be entered by Enter, with its key at hand: what many licenses need
// can be encrypted for it outside of any transaction.
type Entrant struct {
	ID      string
	Profile Profile

	fresh   bool
	correct bool // its name was only claimed so far
	index   []byte
	key     []byte
	wrapped []byte
	profile []byte
}

// Fresh reports whether Enter is to enter the holder.
func (e *Entrant) Fresh() bool { return e.fresh }

// Entered notes that the transaction in which Enter was called is durable.
func (e *Entrant) Entered() { e.fresh, e.correct = false, false }

// Seal is Store.Seal for the entrant.
func (e *Entrant) Seal(plain []byte) ([]byte, error) { return gm.Encrypt(e.key, plain, []byte(e.ID)) }

// Index is the blind index of a code, the same for the same code.
func (s *Store) Index(code Code) string { return string(s.index(code)) }

// Prepare finds the holders of the profiles, or makes ready to enter those that nobody knows, as Put would. There is one
// entrant for each code, by its Index; for several profiles with one code the first one counts.
func (s *Store) Prepare(ctx context.Context, q *db.Tx, profiles []Profile) (map[string]*Entrant, error) {
	found := make(map[string]*Entrant, len(profiles))
	var indexes []any
	for _, p := range profiles {
		index := s.index(p.Code)
		if found[string(index)] == nil {
			found[string(index)] = &Entrant{Profile: p, index: index}
			indexes = append(indexes, index)
		}
	}
	if err := s.known(ctx, q, found, indexes); err != nil {
		return nil, err
	}
	for _, e := range found {
		if e.ID != "" {
			continue
		}
		if err := s.prepare(e); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// chunk bounds the values of one IN list.
const chunk = 500

// known fills in the entrants that stand in the database.
func (s *Store) known(ctx context.Context, q *db.Tx, found map[string]*Entrant, indexes []any) error {
	for len(indexes) > 0 {
		part := indexes[:min(chunk, len(indexes))]
		indexes = indexes[len(part):]
		if err := s.knownPart(ctx, q, found, part); err != nil {
			return err
		}
	}
	return nil
}

// FindMany tells whom some indexes of codes belong to, by the holder's id: at most chunk of them at once.
func (s *Store) FindMany(ctx context.Context, q *db.Tx, indexes []any) (map[string]string, error) {
	rows, err := q.Query(ctx, `
		SELECT holder_id, code_index
		FROM holder_index
		WHERE code_index IN (`+marks(len(indexes))+`)`, indexes...)
	if err != nil {
		return nil, fmt.Errorf("find holders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]string{}
	for rows.Next() {
		var id string
		var index []byte
		if err := rows.Scan(&id, &index); err != nil {
			return nil, fmt.Errorf("find holders: %w", err)
		}
		found[id] = string(index)
	}
	return found, rows.Err()
}

func (s *Store) knownPart(ctx context.Context, q *db.Tx, found map[string]*Entrant, indexes []any) error {
	rows, err := q.Query(ctx, `
		SELECT i.code_index, h.holder_id, h.profile, k.wrapped
		FROM holder_index i
		JOIN holder h ON h.holder_id = i.holder_id
		JOIN holder_key k ON k.holder_id = i.holder_id
		WHERE i.code_index IN (`+marks(len(indexes))+`)`, indexes...)
	if err != nil {
		return fmt.Errorf("find holders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var index, profile []byte
		var id string
		var wrapped []byte
		if err := rows.Scan(&index, &id, &profile, &wrapped); err != nil {
			return fmt.Errorf("find holders: %w", err)
		}
		e := found[string(index)]
		if e == nil {
			return errors.New("find holders: an index that was not asked for")
		}
		if err := s.recognise(e, id, profile, wrapped); err != nil {
			return err
		}
	}
	return rows.Err()
}

// recognise turns an entrant into the known holder.
func (s *Store) recognise(e *Entrant, id string, profile, wrapped []byte) error {
	key, err := s.keys.Unwrap(wrapped, []byte("holder:"+id))
	if err != nil {
		return fmt.Errorf("unwrap holder key: %w", err)
	}
	plain, err := gm.Decrypt(key, profile, []byte(id))
	if err != nil {
		return fmt.Errorf("open profile: %w", err)
	}
	var known Profile
	if err := json.Unmarshal(plain, &known); err != nil {
		return fmt.Errorf("decode profile: %w", err)
	}
	e.ID, e.key = id, key
	if known.Claimed && !e.Profile.Claimed {
		e.correct = true
		return e.seal()
	}
	return nil
}

// prepare makes id and key of a holder that nobody knows.
func (s *Store) prepare(e *Entrant) (err error) {
	e.ID, e.fresh = db.NewRandomID(), true
	if e.key, err = gm.NewKey(); err != nil {
		return err
	}
	if e.wrapped, err = s.keys.Wrap(e.key, []byte("holder:"+e.ID)); err != nil {
		return fmt.Errorf("wrap holder key: %w", err)
	}
	return e.seal()
}

func (e *Entrant) seal() error {
	plain, err := json.Marshal(e.Profile)
	if err != nil {
		return fmt.Errorf("encode profile: %w", err)
	}
	e.profile, err = e.Seal(plain)
	return err
}

// Enter enters the fresh ones among the entrants and corrects names that were only claimed. Of the others none may have been
// taken out of the index since. After ErrMeanwhile the
// caller's transaction must not commit.
func (s *Store) Enter(ctx context.Context, tx *db.Tx, entrants []*Entrant) error {
	var indexes, keys, holders [][]any
	var known []any
	now := db.Micros(s.clock.Now())
	for _, e := range entrants {
		switch {
		case e.fresh:
			indexes = append(indexes, []any{e.index, e.ID})
			keys = append(keys, []any{e.ID, e.wrapped})
			holders = append(holders, []any{e.ID, string(e.Profile.Kind()), e.profile, now})
		default:
			known = append(known, e.index)
		}
		if e.correct {
			if err := s.correct(ctx, tx, e.ID, e.profile); err != nil {
				return err
			}
		}
	}
	if err := s.listed(ctx, tx, known); err != nil {
		return err
	}
	n, err := tx.Insert(ctx, `holder_index (code_index, holder_id)`, `ON CONFLICT (code_index) DO NOTHING`, indexes)
	switch {
	case err != nil:
		return fmt.Errorf("claim holders: %w", err)
	case n != int64(len(indexes)):
		return ErrMeanwhile
	}
	if _, err := tx.Insert(ctx, `holder_key (holder_id, wrapped)`, ``, keys); err != nil {
		return fmt.Errorf("put holder keys: %w", err)
	}
	if _, err := tx.Insert(ctx, `holder (holder_id, kind, profile, created_at)`, ``, holders); err != nil {
		return fmt.Errorf("put holders: %w", err)
	}
	return nil
}

// marks are the parameters $1 to $n of a list.
func marks(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String()
}
