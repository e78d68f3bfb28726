package license

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

// Evidence gives the receipt and the proof of the first record of a file: that the log knew it then. The file is one that
// a license of the identifier has, or had before it was sealed anew; of any other it is errs "evidence.unknown".
func (s *Store) Evidence(ctx context.Context, identifier string, digest [32]byte) (receipt, proof []byte, err error) {
	holderID, leaves, err := s.leaves(ctx, identifier)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range leaves {
		r, err := s.o.Book.Receipt(ctx, holderID, id)
		if err != nil {
			return nil, nil, err
		}
		var is event
		if err := json.Unmarshal(r.Body, &is); err != nil {
			return nil, nil, fmt.Errorf("read record of license: %w", err)
		}
		if is.File != hex.EncodeToString(digest[:]) {
			continue
		}
		p, err := s.o.Book.Proof(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		return evidenceFiles(r, p)
	}
	return nil, nil, errs.New(errs.NotFound, "evidence.unknown")
}

// leaves are the leaves of the events of a license, the oldest first.
func (s *Store) leaves(ctx context.Context, identifier string) (holderID string, leaves []string, err error) {
	err = s.o.DB.Read(ctx, func(q *db.Tx) error {
		l, err := s.ByIdentifier(ctx, q, identifier)
		if err != nil {
			return err
		}
		holderID = l.HolderID
		rows, err := q.Query(ctx, `
			SELECT leaf_id
			FROM license_event
			WHERE holder_id = $1 AND license_id = $2
			ORDER BY seq`, l.HolderID, l.ID)
		if err != nil {
			return fmt.Errorf("list leaves of license: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return fmt.Errorf("list leaves of license: %w", err)
			}
			leaves = append(leaves, id)
		}
		return rows.Err()
	})
	return holderID, leaves, err
}

func evidenceFiles(r leaf.Receipt, p leaf.Proof) (receipt, proof []byte, err error) {
	if receipt, err = json.Marshal(r); err != nil {
		return nil, nil, fmt.Errorf("encode receipt: %w", err)
	}
	if proof, err = json.Marshal(p); err != nil {
		return nil, nil, fmt.Errorf("encode proof: %w", err)
	}
	return receipt, proof, nil
}
