package hall

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// once runs work for a request key at most once per account and remembers the answer. The request itself is
// kept only as a digest.
func (h *Hall) once(ctx context.Context, tx *db.Tx, actor *authn.Actor, r Request, work func() (string, error)) (string, error) {
	return h.onceFor(ctx, tx, actor, r.Key, r, work)
}

// onceFor is once for any kind of request. Whom an account acts for is part of the key: what it asked for itself is no
// answer to what it asks for another.
func (h *Hall) onceFor(ctx context.Context, tx *db.Tx, actor *authn.Actor, requestKey string, r any, work func() (string, error)) (string, error) {
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
	digest := h.o.Holders.Digest("idempotency", string(request))
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
		VALUES ($1, $2, $3, $4)`, key, digest, answer, db.Micros(h.o.Clock.Now()))
	if db.IsUnique(err) {
		// The same request is being answered at this moment; asking again will find the answer.
		return "", errs.New(errs.Conflict, "conflict").Wrap(err)
	}
	if err != nil {
		return "", fmt.Errorf("remember request: %w", err)
	}
	return answer, nil
}
