// Package once answers a request that comes again as it was answered the first time (幂等): whoever did not get an answer
// may ask once more under the same key without doing the thing twice.
//
// It keeps the digest of a request and the answer's identifier, never the request. What is done and that it was done
// stand in one transaction.
package once

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// Store remembers answers.
type Store struct {
	holders *holder.Store
	clock   clock.Clock
}

// Open gives the store of answers.
func Open(h *holder.Store, c clock.Clock) *Store { return &Store{holders: h, clock: c} }

// Do runs work for a request key of an account at most once and remembers the answer; without a key it just runs it. The
// same key for another request is refused. Whom an account acts for is part of the key: what it asked for itself is no
// answer to what it asks for another.
func (s *Store) Do(ctx context.Context, tx *db.Tx, actor *authn.Actor, requestKey string, r any, work func() (string, error)) (string, error) {
	if requestKey == "" {
		return work()
	}
	key := actor.AccountID + "|" + requestKey
	if actor.Acting != nil {
		key = actor.AccountID + "|" + actor.HolderID + "|" + requestKey
	}
	request, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	// The codes in a request could be guessed from a bare digest, so it is keyed.
	digest := s.holders.Digest("idempotency", string(request))
	var known []byte
	var answer string
	err = tx.QueryRow(ctx, `SELECT digest, answer FROM idempotency WHERE request_key = $1`, key).Scan(&known, &answer)
	if err == nil {
		if subtle.ConstantTimeCompare(known, digest) != 1 {
			return "", errs.New(errs.Conflict, "idempotency.reuse")
		}
		return answer, nil
	}
	if !errors.Is(err, db.ErrNoRows) {
		return "", fmt.Errorf("find earlier request: %w", err)
	}
	if answer, err = work(); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO idempotency (request_key, digest, answer, created_at)
		VALUES ($1, $2, $3, $4)`, key, digest, answer, db.Micros(s.clock.Now()))
	if db.IsUnique(err) {
		// The same request is being answered at this moment; asking again will find the answer.
		return "", errs.New(errs.Conflict, "conflict").Wrap(err)
	}
	if err != nil {
		return "", fmt.Errorf("remember request: %w", err)
	}
	return answer, nil
}
